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

/** Every `step`th cut in two, with an empty chunk between; one byte at a time; and some seeded cuts into many. */
export function* cutsOf(length: number, seed = 1, step = 1): Generator<readonly number[]> {
  for (let cut = 0; cut <= length; cut += step) yield [cut, cut];
  yield Array.from({ length }, (_, i) => i);
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
  for (let round = 0; round < 20; round++) {
    const share = random() * 0.5;
    yield Array.from({ length }, (_, i) => i).filter(() => random() < share);
  }
}

/** The first cut whose output differs from the whole, if there is one. */
export function findCutFailure(
  policy: Policy,
  choice: FormatChoice,
  bytes: Uint8Array,
  step = 1,
): CutFailure | undefined {
  const whole = Buffer.from(maskWhole(policy, choice, bytes));
  for (const cuts of cutsOf(bytes.length, 1, step)) {
    const cut = Buffer.from(maskCut(policy, choice, { bytes, cuts }));
    if (!cut.equals(whole)) return { cuts, whole: whole.toString("latin1"), cut: cut.toString("latin1") };
  }
  return undefined;
}
