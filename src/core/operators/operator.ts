/**
 * What an operator is, and what it is told when a policy is compiled.
 *
 * Owns the shape. An operator that does not know what to do with a value redacts it: no operator ever returns what it was
 * given because it could not read it.
 */
import { encodeUtf8 } from "../bytes.ts";
import type { Dropped } from "../drops.ts";
import type { FoundText } from "../finder.ts";
import { foldSpan } from "../folded-text.ts";
import type { TenantKeys } from "../key-ring.ts";
import type { OptionRule } from "./options.ts";

/** How the findings of one entity are replaced. */
export interface Operator {
  readonly name: string;
  /** False when the finding's text is not looked at: nobody has to keep it. */
  readonly needsText: boolean;
  /** What goes with the finding; absent: nothing. Then what it writes has a mark (drops.ts). */
  readonly drops?: Dropped | undefined;
  replace(found: FoundText): Uint8Array;
}

/** What an operator may have to know of the policy that it stands in. */
export interface PolicyFacts {
  readonly onInvalid?: string;
  readonly joinFields?: readonly string[];
  readonly joinMessages?: boolean;
  readonly fieldsIgnoreCase?: boolean;
}

/** Reads something out of a whole record, before anything of it is masked. */
export interface RecordReader {
  readJson(record: Uint8Array): void;
  /** Fields by the names of their columns. */
  readCells(names: readonly string[], textOf: (index: number) => Uint8Array): void;
  /** The record is masked: nothing of it is kept. */
  clear(): void;
}

export interface OperatorContext {
  readonly entity: string;
  readonly policy: PolicyFacts;
  /** By name those of the policy, which operators share and add to. */
  readonly readers: Map<string, RecordReader>;
  /** @throws ConfigurationError `KEY_MISSING` when there is none. */
  keys(): TenantKeys;
  /** True when the text alone is one finding of this entity; undefined for fields, which have no detector. */
  readonly isFinding: ((text: string) => boolean) | undefined;
  /** @throws ConfigurationError `BAD_CONFIG` with what to write instead. */
  readonly refuse: (reason: string) => never;
}

/** One row of the table of operators. */
export interface OperatorKind<Spec = never> {
  readonly name: string;
  readonly description: string;
  readonly options: Readonly<Record<string, OptionRule>>;
  compile(spec: Spec, context: OperatorContext): Transform;
  /** The way back, for operators whose values do not say what made them. */
  revert?(spec: Spec, context: OperatorContext): Transform;
}

/** An operator before it has its name. */
export interface Transform {
  readonly needsText: boolean;
  readonly drops?: Dropped;
  /** The bytes in place of the finding, undefined to redact it. */
  run(found: FoundText): Uint8Array | undefined;
  /** For values that only some texts have the form of: what becomes of one, undefined when it is not of the form. */
  readonly partial?: { readonly form: string; convert(text: string): string | undefined };
}

/** `[EMAIL]`. */
export function redacted(entity: string): Uint8Array {
  return encodeUtf8(`[${entity}]`);
}

/** The characters of a finding as a person reads them; undefined when they were not kept. */
export function readText({ text }: FoundText): string | undefined {
  return text === null ? undefined : foldSpan(text, 0, text.length);
}

/** An operator on texts as a person reads them. */
export function onText(convert: (text: string) => string | undefined): Transform {
  return {
    needsText: true,
    run: (found) => {
      const text = readText(found);
      const converted = text === undefined ? undefined : convert(text);
      return converted === undefined ? undefined : encodeUtf8(converted);
    },
  };
}

/** The same for values of one form; anything else is redacted, and an entity without such values refused. */
export function onForm(form: string, convert: (text: string) => string | undefined): Transform {
  return { ...onText(convert), partial: { form, convert } };
}
