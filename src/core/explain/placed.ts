/**
 * Texts inside records: where each stands in the input, and what was told of it.
 *
 * Owns the way from offsets in a text back to the input. Which texts a record holds is the formats'.
 */
import type { Edit } from "../edit.ts";
import { type HeldText, heldTextEdits, looksLikeJson } from "../json/editor.ts";
import { textEdits } from "../text-edits.ts";
import { type Explanation, explainEdits, type Testimony, type Witnessed, type Witnessing } from "./witness.ts";

/** Where a text stands. */
interface Whereabouts {
  readonly input: Uint8Array;
  /** From an offset in the text to one in the input. */
  readonly toInput: (offset: number) => number;
  readonly path: string;
}

export function placed(all: readonly Explanation[], { input, toInput, path }: Whereabouts): Explanation[] {
  return all.map((one) => {
    const [start, end] = [toInput(one.start), toInput(one.end)];
    const inner = one.path === "" || path === "" ? path + one.path : `${path}.${one.path}`;
    return { ...one, path: inner, start, end, value: input.subarray(start, end) };
  });
}

/** What is no value of a field. */
export function explainText({ policy, witness }: Witnessing, text: Uint8Array): Explanation[] {
  witness.length = 0;
  const edits = textEdits(policy, text);
  return explainEdits(policy, text, { edits, witness });
}

/** In JSON inside a text the offsets of what was refused are not those of the text. */
export function explainHeld({ policy }: Witnessing, text: Uint8Array, { edits, witness }: Witnessed): Explanation[] {
  const inside = looksLikeJson(text) ? witness.filter(({ score }) => score >= policy.engine.threshold) : witness;
  return explainEdits(policy, text, { edits, witness: inside });
}

/** A text that is masked as it is held, whoever holds it. */
export function explainHeldText(watched: Witnessing, text: Uint8Array, held: HeldText): Explanation[] {
  const { policy, witness } = watched;
  witness.length = 0;
  const edits = heldTextEdits(policy, text, held);
  return explainHeld(watched, text, { edits, witness: [...witness] });
}

/** What a format asked of one text, and what it was told. */
interface Asked extends Witnessed {
  readonly index: number;
  readonly text: Uint8Array;
}

/** Takes down what a format asks of each text while it masks a record. */
export class AskedTexts {
  readonly all: Asked[] = [];
  private readonly witness: Testimony[];

  constructor(witness: Testimony[]) {
    this.witness = witness;
  }

  ask(text: Uint8Array, index: number, run: () => readonly Edit[]): readonly Edit[] {
    this.witness.length = 0;
    const edits = run();
    this.all.push({ index, text, edits, witness: [...this.witness] });
    return edits;
  }
}

interface RecordAt {
  readonly start: number;
  readonly record: Uint8Array;
  /** False for the last one when the input cuts it off. */
  readonly isWhole: boolean;
}

/** One after the other: what a format learns of one tells it where the next ends. */
export function* recordsOf(
  input: Uint8Array,
  format: { findEnd(input: Uint8Array, from: number): number },
): Iterable<RecordAt> {
  for (let start = 0; start < input.length;) {
    const found = format.findEnd(input, start);
    const end = found < 0 ? input.length : found;
    yield { start, record: input.subarray(start, end), isWhole: found >= 0 };
    start = end;
  }
}
