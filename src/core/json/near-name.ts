/**
 * What names a value in text that may be JSON, told from the bytes just before it.
 *
 * Owns the short way back from a match to the name of its field. In JSON without escapes every quote opens or closes a
 * string, so the nearest ones tell; where they do not, somebody slower is asked. Errs on the side of farther.
 */
import { CONTEXT_CHARACTERS } from "../candidate.ts";
import type { RecordContext } from "../formats/block-scan.ts";
import type { Span } from "../span.ts";
import { ANYWHERE, isColonOnly } from "./record-context.ts";
import { mayBeTold } from "./roles.ts";
import { isJsonSpace } from "./walker.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const LF = 0x0a;
/** Farther away no name is looked for: looks back must not add up. */
const NEAR_BYTES = 256;
const UNKNOWN = -1;
const NONE = -2;

export class NearName implements RecordContext {
  private readonly bytes: Uint8Array;
  private readonly otherwise: RecordContext | undefined;

  /** `otherwise`: who is asked where escapes or line ends stand in the way; without one, the whole record counts. */
  constructor(bytes: Uint8Array, otherwise?: RecordContext) {
    this.bytes = bytes;
    this.otherwise = otherwise;
  }

  /** The first byte of a record from which on words count for what begins at `at`, or ANYWHERE. O(distance to it). */
  wordsFrom(at: number, record: Span): number {
    const name = this.nameFrom(at, record.start);
    if (name === UNKNOWN) return this.otherwise?.wordsFrom(at, record) ?? ANYWHERE;
    if (name === NONE) return ANYWHERE;
    return Math.max(record.start, Math.min(at - CONTEXT_CHARACTERS - 1, name));
  }

  /** As `wordsFrom`, for whichever record holds `at`: no later than that, or -1 when the name is not near. O(1). */
  nearFrom(at: number): number {
    const limit = Math.max(0, at - NEAR_BYTES);
    const name = this.nameFrom(at, limit);
    return name <= limit ? -1 : Math.max(0, Math.min(at - CONTEXT_CHARACTERS - 1, name));
  }

  /** Where the name of the value begins; NONE when nothing names it alone, UNKNOWN when that is not to be told here. */
  private nameFrom(at: number, start: number): number {
    const { bytes } = this;
    const quote = this.quoteBefore(at, start);
    if (quote < 0) return quote;
    const colon = this.skipSpaceBack(quote - 1);
    if (colon < start || bytes[colon] !== COLON) {
      return isColonOnly(bytes, quote + 1, at) ? this.openingOf(quote, start) : NONE;
    }
    // The quote opens a string behind a colon, unless a name ends in one.
    const closing = this.skipSpaceBack(colon - 1);
    return closing >= start && bytes[closing] === QUOTE ? this.openingOf(closing, start) : UNKNOWN;
  }

  private openingOf(closing: number, start: number): number {
    const opening = this.quoteBefore(closing, start);
    if (opening < 0) return UNKNOWN;
    return mayBeTold(this.bytes, opening + 1, closing) ? NONE : opening;
  }

  /** The nearest quote before `at`; UNKNOWN when an escape or a line end stands nearer, NONE when there is none. */
  private quoteBefore(at: number, start: number): number {
    const { bytes } = this;
    for (let i = at - 1; i >= start; i--) {
      const byte = bytes[i];
      if (byte === QUOTE) return i > start && bytes[i - 1] === BACKSLASH ? UNKNOWN : i;
      if (byte === BACKSLASH || byte === LF) return UNKNOWN;
    }
    return NONE;
  }

  private skipSpaceBack(from: number): number {
    let at = from;
    while (at >= 0 && isJsonSpace(this.bytes[at])) at--;
    return at;
  }
}
