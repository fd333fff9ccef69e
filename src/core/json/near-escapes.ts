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
import { type Dfa, HAS_MATCH, NO_THREAD, ROW_BITS, STATE } from "../pattern/dfa.ts";
import { KIND } from "../pattern/neighbour.ts";
import type { Span } from "../span.ts";
import { isBeforeColon } from "./decoded-record.ts";
import { readEscape } from "./escapes.ts";
import { countBelow } from "./record-context.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/** Bytes of the longest escape: two code units of one character. */
export const ESCAPE_BYTES = 12;
/** As many bytes as a percent-encoded character has: nothing that is judged by its neighbours sees an escape behind them. */
const DISTANCE_BYTES = 3;

/** By byte: 1 for what ends a name or a value wherever it stands, and leaves nothing behind that a state would keep. */
const PARTS = new Uint8Array(256);
for (const byte of encodeUtf8(' ",:{}[]')) PARTS[byte] = 1;

export class NearEscapes {
  private readonly engine: Engine;
  private readonly bytes: Uint8Array;
  /** Where the escapes of the record begin that was asked for last. */
  private readonly places: number[] = [];

  /** For bytes over which `engine.scan` has run and which it has not left since. */
  constructor(engine: Engine, bytes: Uint8Array) {
    this.engine = engine;
    this.bytes = bytes;
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
        holdsBracket ||= opensJson(point);
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
    for (let i = at - 1; i >= start && bytes[i] !== QUOTE; i--) if (opensJson(bytes[i])) return true;
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

  /** Runs from a place where nothing is alive to one where nothing is, decoded or not; returns it, or -1 when a match ended. */
  private runFrom(dfa: Dfa, index: number, { start, end }: Span): number {
    const { bytes } = this;
    const { scan } = this.engine;
    let entry = dfa.start(KIND.none);
    let free = end;
    for (let at = start; at < end;) {
      const byte = bytes[at];
      if (byte === BACKSLASH) {
        const escape = readEscape(bytes, at, true);
        if (escape === "cut" || escape === "none") return -1;
        entry = stepAll(dfa, entry, escape.codePoint);
        at += escape.length;
        free = at + DISTANCE_BYTES;
      } else {
        const known = dfa.table[((entry & STATE) << ROW_BITS) | byte];
        entry = known < HAS_MATCH ? known : dfa.step(entry, byte);
        at++;
      }
      if ((entry & HAS_MATCH) !== 0) return -1;
      const isIdle = at >= free && (entry & NO_THREAD) !== 0 && PARTS[byte] === 1;
      if (isIdle && scan.isIdleIn(index, at - 1)) return at;
    }
    return dfa.matchesAtEnd(entry).length > 0 ? -1 : end;
  }
}

/** The entry after a character; one with HAS_MATCH when a match ended before some byte of it. */
function stepAll(dfa: Dfa, entry: number, codePoint: number): number {
  if (codePoint < 0x80) return dfa.step(entry, codePoint);
  let matched = 0;
  let next = entry;
  for (const byte of encodeUtf8(String.fromCodePoint(codePoint))) {
    next = dfa.step(next, byte);
    matched |= next & HAS_MATCH;
  }
  return next | matched;
}

function opensJson(codePoint: number): boolean {
  return codePoint === OPEN_BRACE || codePoint === OPEN_BRACKET;
}
