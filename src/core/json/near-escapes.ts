/**
 * Whether a record shows more once its escapes are undone, told from what stands near them.
 *
 * Owns short runs of the automata over decoded bytes: from an idle place before an escape to one behind it, where the run over
 * the raw bytes, which was made before, goes on as the decoded one would. Takes no record whose escapes may mean more than that;
 * errs on the side of "more".
 */
import { encodeUtf8 } from "../bytes.ts";
import type { Engine } from "../engine.ts";
import { indexOfByte } from "../native-bytes.ts";
import { MatchPlaces } from "../match-places.ts";
import { type Dfa, type DfaState, HAS_MATCH, NO_THREAD, ROW_BITS, STATE } from "../pattern/dfa.ts";
import { KIND } from "../pattern/neighbour.ts";
import { isPlausible, type Stretch } from "../plausible.ts";
import type { Automata, Sieve } from "../sieve.ts";
import type { Span } from "../span.ts";
import { isBeforeColon, isOpening } from "./decoded-record.ts";
import { readEscape } from "./escapes.ts";
import { countBelow } from "./record-context.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;

/** Bytes of the longest escape: two code units of one character. */
export const ESCAPE_BYTES = 12;
/** UTF-8 of one character at most. */
const CHARACTER_BYTES = 4;
/** Decoded bytes of one run; a longer one is not looked at. */
const RUN_LIMIT_BYTES = 512;

/** As many bytes as a percent-encoded character has: nothing that is judged by its neighbours sees an escape behind them. */
const DISTANCE_BYTES = 3;

/** By byte: 1 for what ends a name or a value wherever it stands, and leaves nothing behind that a state would keep. */
const PARTS = new Uint8Array(256);
for (const byte of encodeUtf8(' ",:{}[]')) PARTS[byte] = 1;

/** False when it is certain that what ends in a stretch, by a state with matches, comes to nothing. */
type MayCount = (bytes: Uint8Array, stretch: Stretch, state: DfaState) => boolean;

export class NearEscapes {
  private readonly engine: Automata;
  private readonly mayCount: MayCount;
  private readonly bytes: Uint8Array;
  /** Where the escapes of the record begin that was asked for last. */
  private readonly places: number[] = [];
  /** The decoded bytes of a run, and a few before it. */
  private readonly run = new Uint8Array(RUN_LIMIT_BYTES);
  private runLength = 0;
  /** Where matches ended in it, and by which states. */
  private readonly hits = new MatchPlaces();

  /** For bytes over which `engine.scan` has run and which it has not left since. */
  private constructor(engine: Automata, bytes: Uint8Array, mayCount: MayCount) {
    this.engine = engine;
    this.bytes = bytes;
    this.mayCount = mayCount;
  }

  static of(engine: Engine, bytes: Uint8Array): NearEscapes {
    return new NearEscapes(engine, bytes, (run, stretch, state) =>
      isPlausible(run, stretch, engine.hitsAt(state).rules),
    );
  }

  static ofSieve(sieve: Sieve, bytes: Uint8Array): NearEscapes {
    return new NearEscapes(sieve, bytes, sieve.mayCount.bind(sieve));
  }

  /**
   * True when it is certain that no match ends in the decoded record but where one ends in the raw one, behind the same
   * bytes. `escape`: the first one. O(bytes near escapes).
   */
  showNothing(record: Span, escape: number): boolean {
    if (!this.readStrings(record, escape)) return false;
    const { automata } = this.engine;
    for (let i = 0; i < automata.length; i++) if (!this.endsNowhere(automata[i], i, record)) return false;
    return true;
  }

  /** True when an escape of the record stands between two places. O(log escapes): long records are asked for each match. */
  standIn(from: number, to: number): boolean {
    const { places } = this;
    const last = countBelow(places, to) - 1;
    return last >= 0 && places[last] > from - ESCAPE_BYTES;
  }

  /** Notes the escapes; false for one in a name, for none of JSON's, or in a string that may be JSON with escapes of its own. */
  private readStrings({ start, end }: Span, first: number): boolean {
    const { bytes, places } = this;
    places.length = 0;
    for (let at = first; at >= 0 && at < end; at = indexOfByte(bytes, BACKSLASH, at)) {
      let holdsBackslash = false;
      let holdsBracket = false;
      const from = at;
      while (at < end && bytes[at] !== QUOTE) {
        const isEscape = bytes[at] === BACKSLASH;
        const escape = isEscape ? readEscape(bytes, at, true) : undefined;
        if (escape === "cut" || escape === "none") return false;
        if (isEscape) places.push(at);
        const point = escape?.codePoint ?? bytes[at];
        holdsBackslash ||= point === BACKSLASH;
        holdsBracket ||= isOpening(point);
        at += escape?.length ?? 1;
        if (isEscape && point === BACKSLASH && bytes[at] === LETTER_U) return false;
      }
      if (isBeforeColon(bytes, at + 1, end)) return false;
      if (holdsBackslash && (holdsBracket || this.hasBracketBefore(from, start))) return false;
    }
    return true;
  }

  /** In the string that `at` is in. */
  private hasBracketBefore(at: number, start: number): boolean {
    const { bytes } = this;
    for (let i = at - 1; i >= start && bytes[i] !== QUOTE; i--) if (isOpening(bytes[i])) return true;
    return false;
  }

  /** True when one automaton meets no match end near an escape. */
  private endsNowhere(dfa: Dfa, index: number, record: Span): boolean {
    const { bytes, places } = this;
    const { scan } = this.engine;
    const { generation } = dfa;
    let from = record.start;
    for (let next = 0; next < places.length;) {
      let at = places[next];
      while (at > from && !(PARTS[bytes[at - 1]] === 1 && scan.isIdleIn(index, at - 1))) at--;
      from = this.runFrom(dfa, index, { start: at, end: record.end });
      if (from < 0) return false;
      while (next < places.length && places[next] < from) next++;
    }
    return generation === dfa.generation;
  }

  /** Runs from a place where nothing is alive to one where nothing is, decoded or not; returns it, or -1 when a match may count. */
  private runFrom(dfa: Dfa, index: number, { start, end }: Span): number {
    const { bytes, hits } = this;
    const { scan } = this.engine;
    const lead = Math.min(start, DISTANCE_BYTES);
    for (let i = 0; i < lead; i++) this.run[i] = bytes[start - lead + i];
    this.runLength = lead;
    hits.clear();
    let entry = dfa.start(KIND.none);
    let free = end;
    let at = start;
    while (at < end && this.runLength + CHARACTER_BYTES <= RUN_LIMIT_BYTES) {
      const byte = bytes[at];
      const escape = byte === BACKSLASH ? readEscape(bytes, at, true) : undefined;
      if (escape === "cut" || escape === "none") return -1;
      entry = escape === undefined ? this.step(dfa, entry, byte) : this.stepAll(dfa, entry, escape.codePoint);
      at += escape?.length ?? 1;
      if (escape !== undefined) free = at + DISTANCE_BYTES;
      const isIdle = at >= free && (entry & NO_THREAD) !== 0 && PARTS[byte] === 1;
      if (isIdle && scan.isIdleIn(index, at - 1)) return this.comesToNothing(lead) ? at : -1;
    }
    return at === end && dfa.matchesAtEnd(entry).length === 0 && this.comesToNothing(lead) ? end : -1;
  }

  private step(dfa: Dfa, entry: number, byte: number): number {
    const known = dfa.table[((entry & STATE) << ROW_BITS) | byte];
    const next = known < HAS_MATCH ? known : dfa.step(entry, byte);
    if ((next & HAS_MATCH) !== 0) this.hits.add(this.runLength, dfa.stateOf(next));
    this.run[this.runLength++] = byte;
    return next;
  }

  private stepAll(dfa: Dfa, entry: number, codePoint: number): number {
    if (codePoint < 0x80) return this.step(dfa, entry, codePoint);
    return encodeUtf8(String.fromCodePoint(codePoint)).reduce((next, byte) => this.step(dfa, next, byte), entry);
  }

  private comesToNothing(start: number): boolean {
    const { hits } = this;
    if (hits.size === 0) return true;
    const run = this.run.subarray(0, this.runLength);
    for (let i = 0; i < hits.size; i++)
      if (this.mayCount(run, { start, end: hits.places[i] }, hits.states[i])) return false;
    return true;
  }
}
