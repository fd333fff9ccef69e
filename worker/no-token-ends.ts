/** Stands in for `src/core/json/token-ends.ts`: at the edge every match end is looked at, which says the same and takes longer. */
import type { Automata } from "../src/core/sieve.ts";
import type { Span } from "../src/core/span.ts";

export function endsInTokens(_: Automata, __: Uint8Array, ___: Span, places: readonly number[]): readonly number[] {
  return places;
}
