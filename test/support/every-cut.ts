/**
 * Cuts an input in every way that a test can afford and compares with the whole.
 */
import { createMasker, type FormatChoice, maskWhole, type Policy } from "../../src/core/index.ts";

export interface CutFailure {
  readonly cuts: readonly number[];
  readonly whole: string;
  readonly cut: string;
}

/** Output of the input cut at these offsets. */
export function maskCut(
  policy: Policy,
  choice: FormatChoice,
  input: { readonly bytes: Uint8Array; readonly cuts: readonly number[] },
): Uint8Array {
  const masker = createMasker(policy, choice);
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const cut of [...input.cuts, input.bytes.length]) {
    // Copies: no stage may rely on bytes behind its chunk, and views handed out must stay as they are.
    parts.push(masker.push(input.bytes.slice(at, cut)));
    at = cut;
  }
  parts.push(masker.flush());
  return Buffer.concat(parts);
}

/** Random places as cuts of an input of that length. */
export function cutsAt(places: readonly number[], length: number): readonly number[] {
  return places.map((place) => place % (length + 1)).toSorted((a, b) => a - b);
}

/** How many cuts of one input are tried; what is left out is tried all. */
export interface CutsPlan {
  /** Where the cuts in two begin, and what the cuts into many are drawn from. */
  readonly seed?: number;
  readonly cutsInTwo?: number;
  readonly cutsInMany?: number;
}

/** The places to cut in two, with an empty chunk between; one byte at a time; and some seeded cuts into many. */
export function* cutsOf(
  length: number,
  { seed = 1, cutsInTwo = length + 1, cutsInMany = 20 }: CutsPlan = {},
): Generator<readonly number[]> {
  const step = Math.ceil((length + 1) / cutsInTwo);
  for (let cut = seed % step; cut <= length; cut += step) yield [cut, cut];
  yield Array.from({ length }, (_, i) => i);
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
  for (let round = 0; round < cutsInMany; round++) {
    const share = random() * 0.5;
    yield Array.from({ length }, (_, i) => i).filter(() => random() < share);
  }
}

/** The first cut whose output differs from the whole, if there is one. */
export function findCutFailure(
  policy: Policy,
  choice: FormatChoice,
  bytes: Uint8Array,
  plan: CutsPlan = {},
): CutFailure | undefined {
  const whole = Buffer.from(maskWhole(policy, choice, bytes));
  for (const cuts of cutsOf(bytes.length, plan)) {
    const cut = Buffer.from(maskCut(policy, choice, { bytes, cuts }));
    if (!cut.equals(whole)) return { cuts, whole: whole.toString("latin1"), cut: cut.toString("latin1") };
  }
  return undefined;
}
