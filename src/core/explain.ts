/**
 * Why something was masked, and what was nearly: the same decisions once more, with a witness.
 *
 * Owns the witness. Findings are those of the masker itself; detectors are only asked more often, since their quick
 * refusals are left out. Slow, and for people at a terminal: what it returns holds the values.
 */
import { concat, EMPTY } from "./bytes.ts";
import { TextCandidate } from "./candidate.ts";
import type { Detector } from "./detector.ts";
import { type Edit, OffsetMap } from "./edit.ts";
import { compileEngine } from "./engine.ts";
import { FIELD } from "./field-rules.ts";
import { foldSpan } from "./folded-text.ts";
import { JsonEditor } from "./json/editor.ts";
import { IS_KEY } from "./json/walker.ts";
import { KeyedValues } from "./keyed-values.ts";
import type { Policy } from "./policy.ts";
import { decodeEscapes, encodeJsonText } from "./json/escapes.ts";
import { escapedTextEdits, textEdits } from "./text-edits.ts";

/** What a detector said of a candidate. */
export interface Testimony {
  readonly entity: string;
  readonly start: number;
  readonly end: number;
  /** As folded: what the detector saw. */
  readonly text: string;
  readonly score: number;
  readonly hasContext: boolean;
}

export interface Explanation {
  /** `masked`, or `refused`: a detector looked at it and said no. */
  readonly verdict: "masked" | "refused";
  readonly entity: string;
  /** A JSON path; "" for text. */
  readonly path: string;
  /** Bytes of the input. */
  readonly start: number;
  readonly end: number;
  /** What decided: the best testimony; undefined when a name or a path did. */
  readonly testimony: Testimony | undefined;
  /** What stood there, with the bytes of the input. */
  readonly value: Uint8Array;
}

export type ExplainedFormat = "text" | "json" | "ndjson";

/** Masks a whole input and says why. Throws away what it would have written. O(input × detectors). */
export function explain(policy: Policy, format: ExplainedFormat, input: Uint8Array): Explanation[] {
  const witness: Testimony[] = [];
  const watched = watch(policy, witness);
  if (format === "text") return explainText(watched, input, witness);
  const records = format === "json" ? [{ start: 0, end: input.length }] : linesOf(input);
  return records.flatMap(({ start, end }) =>
    explainJson(watched, input.subarray(start, end), { format, start, witness }),
  );
}

/** The policy with detectors that tell what they say, and without what would keep them from being asked. */
function watch(policy: Policy, witness: Testimony[]): Policy {
  const detectors = policy.detectors.map((detector) => watchOne(detector, witness));
  const engine = compileEngine(detectors, { threshold: policy.engine.threshold, needsText: () => true });
  return { ...policy, detectors, engine, keyedValues: new KeyedValues(engine), passesClean: false };
}

function watchOne(detector: Detector, witness: Testimony[]): Detector {
  const { contextPattern, ...rest } = detector;
  const { entity, pattern } = detector;
  return {
    ...rest,
    pattern: contextPattern === undefined ? pattern : `(?:${pattern})|(?:${contextPattern})`,
    needsContext: false,
    mayMatch: () => true,
    mayEnd: () => true,
    validate(candidate) {
      const score = detector.validate(candidate);
      const { text, hasContext } = candidate;
      if (candidate instanceof TextCandidate) witness.push({ entity, ...candidate.span, text, score, hasContext });
      return score;
    },
  };
}

function explainText(policy: Policy, input: Uint8Array, witness: Testimony[]): Explanation[] {
  return explainEdits(policy, input, { edits: textEdits(policy, input), witness });
}

/** What is no JSON is text in which escapes are read. */
function explainBroken(policy: Policy, input: Uint8Array, witness: Testimony[]): Explanation[] {
  witness.length = 0;
  return explainEdits(policy, input, { edits: escapedTextEdits(policy, input, { encode: encodeJsonText }), witness });
}

interface Witnessed {
  readonly edits: readonly Edit[];
  readonly witness: readonly Testimony[];
}

function explainEdits(policy: Policy, input: Uint8Array, { edits, witness }: Witnessed): Explanation[] {
  return [...maskedBy(edits, witness, ""), ...refusedIn(witness, edits, policy.engine.threshold)]
    .map((one) => ({ ...one, value: input.subarray(one.start, one.end) }))
    .toSorted((x, y) => x.start - y.start);
}

interface RecordParts {
  readonly format: "json" | "ndjson";
  /** Offset of the record in the input. */
  readonly start: number;
  readonly witness: Testimony[];
}

/** A document is text from the token on that breaks the grammar, a broken line is text as a whole. */
function explainJson(policy: Policy, record: Uint8Array, { format, start, witness }: RecordParts): Explanation[] {
  const editor = new ExplainingEditor(policy, record, witness);
  const read = editor.walk(record, true);
  const isBroken = editor.fault !== undefined;
  const textFrom = !isBroken ? record.length : format === "json" ? read : 0;
  const opening = format === "json" ? editor.opening : EMPTY;
  const rest = isBroken ? explainBroken(policy, concat([opening, record.subarray(textFrom)]), witness) : [];
  const shift = textFrom - opening.length;
  return [
    ...editor.explanations.filter((one) => one.start < textFrom),
    ...rest
      .filter((one) => one.start >= opening.length)
      .map((one) => ({ ...one, start: one.start + shift, end: one.end + shift })),
  ].map((one) => ({ ...one, start: one.start + start, end: one.end + start }));
}

type Unvalued = Omit<Explanation, "value">;

function maskedBy(edits: readonly Edit[], witness: readonly Testimony[], path: string): Unvalued[] {
  return edits.map(({ start, end, entity }) => {
    const own = witness.filter((one) => one.entity === entity && one.score > 0);
    const inside = own.filter((one) => one.start < end && one.end > start);
    const testimony = entity === FIELD ? undefined : best(inside.length > 0 ? inside : own);
    return { verdict: "masked", entity, path, start, end, testimony };
  });
}

/** Of each detector and place the longest that it refused, where nothing was masked. */
function refusedIn(witness: readonly Testimony[], edits: readonly Edit[], threshold: number): Unvalued[] {
  const refused = new Map<string, Testimony>();
  for (const one of witness) {
    const isCovered = edits.some((edit) => one.start < edit.end && one.end > edit.start);
    const key = `${one.entity} ${one.start}`;
    const known = refused.get(key);
    if (isCovered || one.score >= threshold || (known !== undefined && known.end >= one.end)) continue;
    refused.set(key, one);
  }
  return [...refused.values()].map((testimony) => {
    const { entity, start, end } = testimony;
    return { verdict: "refused", entity, path: "", start, end, testimony };
  });
}

function best(all: readonly Testimony[]): Testimony | undefined {
  return all.toSorted((a, b) => b.score - a.score || b.end - b.start - (a.end - a.start))[0];
}

/** The editor, and after each token what it has done there. */
class ExplainingEditor extends JsonEditor {
  readonly explanations: Explanation[] = [];
  private readonly record: Uint8Array;
  private readonly witness: Testimony[];
  private readonly threshold: number;
  /** Names and numbers of the open fields; a number is that of the element read last. */
  private readonly steps: (string | number)[] = [];

  constructor(policy: Policy, record: Uint8Array, witness: Testimony[]) {
    super(policy);
    this.record = record;
    this.witness = witness;
    this.threshold = policy.engine.threshold;
  }

  override open(isObject: boolean): void {
    this.enter();
    super.open(isObject);
    this.steps.push(isObject ? "" : -1);
  }

  override close(): void {
    super.close();
    this.steps.pop();
  }

  override string(start: number, end: number, flags: number): void {
    if ((flags & IS_KEY) === 0) this.enter();
    else this.steps[this.steps.length - 1] = nameOf(this.record.subarray(start, end));
    this.watchToken(start, end, () => super.string(start, end, flags));
  }

  override number(start: number, end: number): void {
    this.enter();
    this.watchToken(start, end, () => super.number(start, end));
  }

  override literal(start: number, end: number): void {
    this.enter();
    this.watchToken(start, end, () => super.literal(start, end));
  }

  private enter(): void {
    const last = this.steps.length - 1;
    const step = this.steps[last];
    if (typeof step === "number") this.steps[last] = step + 1;
  }

  private watchToken(start: number, end: number, mask: () => void): void {
    this.witness.length = 0;
    const before = this.edits.length;
    mask();
    const edits = this.edits.slice(before);
    const path = this.steps.reduce<string>(
      (all, step) => (typeof step === "number" ? `${all}[${step}]` : `${all}${all === "" ? "" : "."}${step}`),
      "",
    );
    // Offsets in a value with escapes are not those of the record: the whole value stands for what was refused in it.
    const refused = edits.length > 0 ? [] : refusedIn(this.witness, [], this.threshold);
    const all = [...maskedBy(edits, this.witness, path), ...refused.map((one) => ({ ...one, path, start, end }))];
    this.explanations.push(...all.map((one) => ({ ...one, value: this.record.subarray(one.start, one.end) })));
  }
}

function nameOf(raw: Uint8Array): string {
  const map = new OffsetMap(0, 0);
  const { text } = decodeEscapes(raw, { map, decodedOffset: 0, encodedOffset: 0 }, true);
  return foldSpan(text, 0, text.length);
}

function linesOf(input: Uint8Array): { start: number; end: number }[] {
  const lines: { start: number; end: number }[] = [];
  for (let start = 0; start < input.length;) {
    const end = input.indexOf(0x0a, start);
    lines.push({ start, end: end < 0 ? input.length : end });
    start = end < 0 ? input.length : end + 1;
  }
  return lines;
}
