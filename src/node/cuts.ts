/**
 * Ways to cut an input into chunks, for proving that cuts mean nothing.
 *
 * Owns the plan: which cuts, in which order, by which seed. Never masks.
 */

/** Up to here every 2-way cut is tried: their cost grows with the square of the length. */
export const EVERY_CUT_MAX_BYTES = 16_384;
const FIXED_SIZES = 64;
const RANDOM_ROUNDS = 200;

export interface Cutting {
  /** How a report calls it. */
  readonly name: string;
  /** Where chunks end, rising, without the end of the input. */
  cuts(): Iterable<number>;
}

/** Every cutting of the plan. Same length and seed, same plan. */
export function* planCuttings(lengthBytes: number, seed: number): Generator<Cutting> {
  yield { name: "byte by byte", cuts: () => everyNth(lengthBytes, 1) };
  if (lengthBytes <= EVERY_CUT_MAX_BYTES) {
    for (let at = 0; at <= lengthBytes; at += 1) yield { name: `cut at byte ${at}`, cuts: () => [at] };
  }
  for (let size = 2; size <= FIXED_SIZES && size < lengthBytes; size += 1) {
    yield { name: `chunks of ${size} bytes`, cuts: () => everyNth(lengthBytes, size) };
  }
  for (let round = 1; round <= RANDOM_ROUNDS; round += 1) {
    yield {
      name: `random cuts, seed ${seed}, round ${round}`,
      cuts: () => randomCuts(lengthBytes, seed + round * 7919),
    };
  }
}

export function countCuttings(lengthBytes: number): number {
  const everyCut = lengthBytes <= EVERY_CUT_MAX_BYTES ? lengthBytes + 1 : 0;
  return 1 + everyCut + Math.max(0, Math.min(FIXED_SIZES, lengthBytes - 1) - 1) + RANDOM_ROUNDS;
}

function* everyNth(lengthBytes: number, size: number): Generator<number> {
  for (let at = size; at < lengthBytes; at += size) yield at;
}

function* randomCuts(lengthBytes: number, seed: number): Generator<number> {
  const draw = createRandom(seed);
  // Each round has its own mean length, from 1 byte to a network read.
  const mean = 2 ** (draw() * 16);
  for (let at = 0; ;) {
    at += Math.floor(-Math.log(1 - draw()) * mean);
    if (at >= lengthBytes) return;
    yield at;
  }
}

/** Mulberry32 (Tommy Ettinger, public domain): 0 to 1, the same on every machine. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
