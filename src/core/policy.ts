/**
 * What a policy says, as a person writes it, and what every stream shares of it once it is compiled.
 *
 * Owns the two shapes, and what is left out. compile-policy.ts makes the one of the other.
 */
import type { Detector } from "./detector.ts";
import type { Drops } from "./drops.ts";
import type { Engine } from "./engine.ts";
import type { FoundText } from "./finder.ts";
import type { DetectorSpec } from "./custom-detector.ts";
import type { FieldRules } from "./field-rules.ts";
import type { ListsSpec } from "./lists.ts";
import type { KeyedValues } from "./keyed-values.ts";
import type { KeyRing } from "./key-ring.ts";
import type { Matcher } from "./matcher.ts";
import type { PackName, PhoneCheck } from "./packs/index.ts";
import type { MaskObserver } from "./observer.ts";
import type { Operator, RecordReader } from "./operators/operator.ts";
import type { CustomOperators } from "./operators/custom.ts";
import type { OperatorSpec } from "./operators/spec.ts";
import type { ReadingSpec } from "./readings/spec.ts";
import type { Reading } from "./readings/reading.ts";
import type { RemoteEntities, RemoteRules } from "./remote-rules.ts";
import type { ExtraFields } from "./sse/extra-fields.ts";

export const FORMATS = ["text", "json", "ndjson", "json-seq", "sse", "csv", "form", "multipart"] as const;
export type Format = (typeof FORMATS)[number];

export const ON_INVALID = ["mask-as-text", "drop", "close"] as const;
export type OnInvalid = (typeof ON_INVALID)[number];

export const NUMBERS = ["string", "shape"] as const;
export type Numbers = (typeof NUMBERS)[number];

/** A policy as written by a person. Everything is optional: `{}` is the default policy. */
export interface PolicySpec extends ListsSpec, ReadingSpec {
  /** Detectors of its own, beside the built-in ones; where findings overlap, these name both. */
  readonly detectors?: readonly DetectorSpec[];
  /** Countries whose identity numbers are looked for as well, and `web`, `names`, `secrets`, `entropy`, `phones`; default none. */
  readonly packs?: readonly PackName[];
  /** Entities to look for beside those of `packs`; default: every built-in detector and the policy's own. */
  readonly entities?: readonly string[];
  /** Entity, or `default`, to operator. */
  readonly operators?: Readonly<Record<string, OperatorSpec>>;
  /** Lowest score that counts, 0 to 1; default 0.6. */
  readonly threshold?: number;
  /** What happens to a record that its format cannot parse; default `mask-as-text`. */
  readonly onInvalid?: OnInvalid;
  /** Path to what happens to the value there, and to every value below; detectors are not asked. */
  readonly fields?: Readonly<Record<string, OperatorSpec>>;
  /** Look below these paths only; the values of all other fields pass unread. */
  readonly only?: readonly string[];
  /** Values below these paths pass unread. */
  readonly except?: readonly string[];
  /** Texts at these paths go on from one record or event to the next: of each path all are one text. */
  readonly joinFields?: readonly string[];
  /** Data of events that is text goes on from one event to the next; default false. */
  readonly joinMessages?: boolean;
  /** Names in paths match in any case; default false. */
  readonly fieldsIgnoreCase?: boolean;
  /** What a masked JSON number becomes: a string (default), or a number of the same shape. */
  readonly numbers?: Numbers;
  /** What happens to comments and unknown fields of event streams; default `mask`. */
  readonly extraFields?: ExtraFields;
  /** Whose values these are: equal values of two tenants get different tokens; default `default`. */
  readonly tenant?: string;
  /** Names of remote detectors that a server asks about every record, once it is masked by all else; default none. */
  readonly remoteDetectors?: readonly string[];
}

export interface Limits {
  /** Longest line, event, CSV record, form field or part headers that a format holds; over it `onInvalid` decides. */
  readonly lineLimitBytes: number;
  readonly jsonDepthLimit: number;
  /** How many texts deep JSON inside a JSON string, cell or form field is read as JSON; deeper it is text. */
  readonly nestedJsonDepth: number;
  /** Bytes of records that wait for each other because their texts go on; over it what is undecided is hidden. */
  readonly joinLimitBytes: number;
  /** How many such records wait; likewise. */
  readonly joinLimitEvents: number;
  /** Bytes of a text that a policy may hold back; one that may hold more is refused. */
  readonly holdbackLimitBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  lineLimitBytes: 1_048_576,
  jsonDepthLimit: 256,
  nestedJsonDepth: 2,
  joinLimitBytes: 1_048_576,
  joinLimitEvents: 1_000,
  holdbackLimitBytes: 16_777_216,
};

export interface PolicyOptions {
  readonly name?: string;
  /** Operators of the caller's own, which a policy names as `{ operator: "custom", name }`. */
  readonly operators?: CustomOperators;
  /** Root keys, for operators that need one. */
  readonly keys?: KeyRing;
  readonly limits?: Partial<Limits>;
  readonly observer?: MaskObserver;
  /** Judges what matches instead of the automaton. Slow: every place of the text is looked at. */
  readonly matcher?: Matcher;
  /** Detectors to choose from; default: the built-in ones. */
  readonly detectors?: readonly Detector[];
  /** What the pack `phones` asks about a number; a policy that names the pack is refused without it. */
  readonly phoneCheck?: PhoneCheck;
  /** Remote detectors that a policy may name, and what each may find; default none. */
  readonly remote?: RemoteEntities;
}

/** Compiled and immutable; one is shared by every stream that uses it. */
export interface Policy {
  readonly name: string;
  readonly detectors: readonly Detector[];
  readonly onInvalid: OnInvalid;
  readonly limits: Limits;
  /** Longest match of any detector, in bytes, tails not counted. */
  readonly longestMatchBytes: number;
  /** No text stream ever keeps more undecided bytes than this. */
  readonly holdbackMaxBytes: number;
  /** Automaton figures for `maskwire check`. */
  readonly figures: { readonly instructions: number; readonly byteClasses: number };
  readonly engine: Engine;
  readonly keyedValues: KeyedValues;
  readonly fields: FieldRules;
  readonly numbers: Numbers;
  readonly extraFields: ExtraFields;
  /** True when a text may go on from one record to the next. */
  readonly joins: { readonly fields: boolean; readonly messages: boolean };
  /** What operators of this policy may take with a finding; undefined: nothing. */
  readonly drops: Drops | undefined;
  /** What has to see a record whole before it is masked. */
  readonly readers: readonly RecordReader[];
  /** How texts are read beside as they stand. */
  readonly readings: readonly Reading[];
  /**
   * True when structured input in whose raw bytes no match ends may pass unread, valid or not: no policy wants to see
   * it, and no anchor could match at the edge of a string.
   */
  readonly passesClean: boolean;
  readonly observer: MaskObserver;
  readonly remote: RemoteRules;
  /** What stands for an event's id in which something was found; absent without a key. */
  readonly hideId: Operator | undefined;
  /** The bytes that take the place of a finding. */
  replace(found: FoundText): Uint8Array;
  /** Name of the operator that an entity gets. */
  operatorOf(entity: string): string;
  /** This policy, or the copy that is asked, for one stream or event: what counts begins anew. */
  perStream(): Policy;
}

export const DEFAULT_ON_INVALID: OnInvalid = "mask-as-text";
export const DEFAULT_TENANT = "default";
