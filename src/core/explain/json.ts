/** Explains JSON: the editor that masks it, and after each token what it has done there. */
import { concat, EMPTY } from "../bytes.ts";
import { OffsetMap } from "../edit.ts";
import { foldSpan } from "../folded-text.ts";
import { JsonEditor } from "../json/editor.ts";
import { decodeEscapes, encodeJsonText } from "../json/escapes.ts";
import { nameOf as tellingName } from "../json/level.ts";
import { IS_KEY } from "../json/walker.ts";
import type { Policy } from "../policy.ts";
import { escapedTextEdits } from "../text-edits.ts";
import { type Explanation, explainEdits, maskedBy, refusedIn, type Testimony } from "./witness.ts";

/** What is no JSON is text in which escapes are read. */
export function explainBroken(policy: Policy, input: Uint8Array, witness: Testimony[]): Explanation[] {
  witness.length = 0;
  return explainEdits(policy, input, { edits: escapedTextEdits(policy, input, { encode: encodeJsonText }), witness });
}

interface RecordParts {
  readonly format: "json" | "ndjson";
  /** Offset of the record in the input. */
  readonly start: number;
  readonly witness: Testimony[];
}

/** A document is text from the token on that breaks the grammar, a broken line is text as a whole. */
export function explainJson(policy: Policy, record: Uint8Array, parts: RecordParts): Explanation[] {
  const { format, start, witness } = parts;
  const editor = new ExplainingEditor(policy, record, parts);
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

/** The editor, and after each token what it has done there. */
class ExplainingEditor extends JsonEditor {
  readonly explanations: Explanation[] = [];
  private readonly record: Uint8Array;
  private readonly witness: Testimony[];
  private readonly threshold: number;
  /** Names and numbers of the open fields; a number is that of the element read last. */
  private readonly steps: (string | number)[] = [];

  constructor(policy: Policy, record: Uint8Array, { witness, format }: RecordParts) {
    super(policy, { isStream: format === "json" });
    this.record = record;
    this.witness = witness;
    this.threshold = policy.engine.threshold;
  }

  override open(isObject: boolean, at: number): void {
    this.enter();
    super.open(isObject, at);
    this.steps.push(isObject ? "" : -1);
  }

  override close(at: number): void {
    super.close(at);
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
    const key = this.keyText();
    const teller = key === tellingName(this.level) ? undefined : key;
    for (const one of all) this.explanations.push({ ...one, teller, value: this.record.subarray(one.start, one.end) });
  }
}

function nameOf(raw: Uint8Array): string {
  const map = new OffsetMap(0, 0);
  const { text } = decodeEscapes(raw, { map, decodedOffset: 0, encodedOffset: 0 }, true);
  return foldSpan(text, 0, text.length);
}
