/**
 * Which match ends in JSON bytes may be those of a match inside one string or number.
 *
 * Owns a short run of the automata from the nearest quote: what began before it is no finding, since texts are read token by token, but
 * for a policy that looks for `=` or `:` before a value nearly every value is one. Errs on the side of "may be". Strings with escapes are
 * read whatever it says.
 */
import { type Dfa, HAS_MATCH, ROW_BITS, STATE, UNKNOWN } from "../pattern/dfa.ts";
import { KIND } from "../pattern/neighbour.ts";
import type { Automata } from "../sieve.ts";
import type { Span } from "../span.ts";

const QUOTE = 0x22;
/** Farther away no quote is looked for: looks back must not add up. */
const NEAR_BYTES = 256;

/** Those of the places in a record, counted from its start, that a match inside a token may have. O(256) a place. */
export function endsInTokens(engine: Automata, bytes: Uint8Array, record: Span, places: readonly number[]): number[] {
  return places.filter((place) => mayEndInToken(engine, bytes, record, record.start + place));
}

function mayEndInToken({ automata }: Automata, bytes: Uint8Array, { start }: Span, place: number): boolean {
  const limit = Math.max(start, place - NEAR_BYTES);
  let quote = place - 1;
  while (quote >= limit && bytes[quote] !== QUOTE) quote--;
  if (quote < limit) return true;
  // A match shows by the byte behind it.
  return place >= bytes.length || automata.some((dfa) => endsBefore(dfa, bytes, quote + 1, place));
}

/** True when a match that begins at `from` or later ends before `place`. */
function endsBefore(dfa: Dfa, bytes: Uint8Array, from: number, place: number): boolean {
  let entry = dfa.start(KIND.none);
  for (let at = from; at <= place; at++) {
    const known = dfa.table[((entry & STATE) << ROW_BITS) | bytes[at]];
    entry = known === UNKNOWN ? dfa.step(entry, bytes[at]) : known;
  }
  return (entry & HAS_MATCH) !== 0;
}
