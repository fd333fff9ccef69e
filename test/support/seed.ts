/**
 * From which seed what is random is drawn, and how often: the same each time, so that a failure comes again.
 *
 *   MASKWIRE_TEST_SEED=7 MASKWIRE_TEST_RUNS=5000 npx vitest run test/core/quick-way.test.ts
 *
 * Both are for finding more: another seed, and at least so many runs. fast-check prints the seed of a property that failed.
 */

/** For tests that draw by themselves: they have it in their name, or in what they expect. */
export function seedOr(seed: number): number {
  return numberFrom("MASKWIRE_TEST_SEED") ?? seed;
}

/** Parameters of `assert`. */
export function tries(numRuns = 100, seed = 20_261_129): { readonly numRuns: number; readonly seed: number } {
  return { numRuns: Math.max(numRuns, numberFrom("MASKWIRE_TEST_RUNS") ?? 0), seed: seedOr(seed) };
}

function numberFrom(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined) return undefined;
  if (!/^-?\d+$/.test(text)) throw new Error(`${name} must be a whole number`);
  return Number(text);
}
