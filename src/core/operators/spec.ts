/**
 * What a policy may write for an operator.
 *
 * Owns the types; the options' ranges and meanings stand beside each operator.
 */

export const FAKES = ["email", "card", "ip", "phone"] as const;
export type Fake = (typeof FAKES)[number];

export const GENERALIZATIONS = ["month", "year", "network", "zip3", "range"] as const;
export type Generalization = (typeof GENERALIZATIONS)[number];

export const ALPHABETS = ["digits", "alphanumeric"] as const;
export type Alphabet = (typeof ALPHABETS)[number];

export const CHECKS = ["none", "luhn"] as const;
export type Check = (typeof CHECKS)[number];

export interface RedactSpec {
  readonly operator: "redact";
  /** What is written; `{entity}` and `{counter}` stand for the entity and its number in the stream. */
  readonly template?: string;
}

export interface MaskSpec {
  readonly operator: "mask";
  readonly keepFirst?: number;
  readonly keepLast?: number;
  readonly character?: string;
  readonly keepSeparators?: boolean;
}

export interface HashSpec {
  readonly operator: "hash";
  readonly bits?: number;
  /** A second version of the key, whose token is written too. */
  readonly alsoVersion?: number;
}

export interface PseudonymSpec {
  readonly operator: "pseudonym";
  readonly bits?: number;
  /** What stands before the `_`; default: the entity. */
  readonly label?: string;
  /** A value of the same shape in place of `LABEL_…`. */
  readonly fake?: Fake;
}

export interface EncryptSpec {
  readonly operator: "encrypt";
}

export interface FpeSpec {
  readonly operator: "fpe";
  readonly alphabet?: Alphabet;
  readonly keepFirst?: number;
  readonly check?: Check;
  /** The key version; a value does not say which one made it. */
  readonly keyVersion?: number;
}

export interface GeneralizeSpec {
  readonly operator: "generalize";
  readonly to: Generalization;
  readonly step?: number;
}

export const DATE_ORDERS = ["month-first", "day-first"] as const;
export type DateOrder = (typeof DATE_ORDERS)[number];

export interface DateShiftSpec {
  readonly operator: "date-shift";
  readonly days?: number;
  /** Names joined by dots: the field that says whose date it is. */
  readonly subject?: string;
  readonly order?: DateOrder;
  readonly keyVersion?: number;
}

export interface DropSpec {
  readonly operator: "drop-field" | "drop-event";
}

export interface KeepSpec {
  readonly operator: "keep";
}

/** An operator that the library's caller brings under that name; none of a configuration file. */
export interface CustomSpec {
  readonly operator: "custom";
  readonly name: string;
}

export type OperatorSpec =
  | CustomSpec
  | RedactSpec
  | MaskSpec
  | HashSpec
  | PseudonymSpec
  | EncryptSpec
  | FpeSpec
  | GeneralizeSpec
  | DateShiftSpec
  | DropSpec
  | KeepSpec;
