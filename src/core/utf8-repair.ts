/**
 * Makes any bytes valid UTF-8 in a stream: each invalid sequence becomes U+FFFD, as the WHATWG decoder has it.
 *
 * Owns at most three bytes of a character that is not complete. Valid input leaves as the same bytes, in
 * an array of no subclass.
 * The matcher skips U+FFFD inside a value, so an invalid byte cannot hide one.
 */
import { concat, EMPTY, plainView } from "./bytes.ts";
import { encodedLength } from "./folded-text.ts";
import { isKnownUtf8 } from "./native-bytes.ts";

/** Most bytes of a character that waits for its rest. */
export const UTF8_HOLD_BYTES = 3;

/** A multiple of eight. */
const BLOCK = 256;

const REPLACEMENT = Uint8Array.of(0xef, 0xbf, 0xbd);

export class Utf8Repair {
  /** Sequences that were replaced so far. */
  replaced = 0;
  private held: Uint8Array = EMPTY;

  push(chunk: Uint8Array): Uint8Array {
    const bytes = this.held.length === 0 ? plainView(chunk) : concat([this.held, plainView(chunk)]);
    this.held = EMPTY;
    return this.repair(bytes, false);
  }

  /** What is left at the end of the input: a cut character becomes one U+FFFD. */
  flush(): Uint8Array {
    const bytes = this.held;
    this.held = EMPTY;
    return this.repair(bytes, true);
  }

  private repair(bytes: Uint8Array, isLast: boolean): Uint8Array {
    const parts: Uint8Array[] = [];
    let cleanFrom = 0;
    let at = knownTo(bytes);
    for (;;) {
      at = skipValid(bytes, at);
      if (at === bytes.length) break;
      const valid = validLength(bytes, at);
      const isCut = at + valid === bytes.length && valid < encodedLength(bytes[at]);
      if (isCut && !isLast) {
        this.held = bytes.slice(at);
        break;
      }
      if (valid === encodedLength(bytes[at]) && valid > 1) {
        at += valid;
        continue;
      }
      parts.push(bytes.subarray(cleanFrom, at), REPLACEMENT);
      this.replaced++;
      at += Math.max(1, valid);
      cleanFrom = at;
    }
    parts.push(bytes.subarray(cleanFrom, at));
    return concat(parts);
  }
}

/** True when a repair would change nothing. */
export function isUtf8(bytes: Uint8Array): boolean {
  const repair = new Utf8Repair();
  repair.push(bytes);
  repair.flush();
  return repair.replaced === 0;
}

/** A whole input as a masker reads it. */
export function repairUtf8(bytes: Uint8Array): Uint8Array {
  const repair = new Utf8Repair();
  return concat([repair.push(bytes), repair.flush()]);
}

/** Offset up to which the runtime says that all is valid; 0 when it says nothing. */
function knownTo(bytes: Uint8Array): number {
  const to = wholeTo(bytes);
  return isKnownUtf8(bytes.subarray(0, to)) ? to : 0;
}

/** Offset of the last character when it is cut, else the length: a cut one is not valid yet. */
function wholeTo(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let at = length - 1; at >= 0 && at >= length - UTF8_HOLD_BYTES; at--) {
    if (bytes[at] >= 0xc0) return at + encodedLength(bytes[at]) > length ? at : length;
  }
  return length;
}

/** Offset of the next byte that begins no character which is valid at first sight. */
function skipValid(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length) {
    const length = bytes[at] < 0x80 ? 0 : plainLength(bytes, at);
    if (length > 0) at += length;
    else if (bytes[at] < 0x80) at = skipAscii(bytes, at);
    else break;
  }
  return at;
}

/** Bytes of a character that any continuation bytes make valid; 0 for others, of which the second byte decides, and cut ones. */
function plainLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at];
  if (lead < 0xc2 || lead === 0xe0 || lead === 0xed || lead >= 0xf0) return 0;
  if ((bytes[at + 1] & 0xc0) !== 0x80) return 0;
  if (lead < 0xe0) return 2;
  return (bytes[at + 2] & 0xc0) === 0x80 ? 3 : 0;
}

/** Offset of the next byte beyond ASCII: this is all that happens to most bytes here. */
function skipAscii(bytes: Uint8Array, from: number): number {
  let at = from;
  for (let to = at + BLOCK; to <= bytes.length && (at = asciiTo(bytes, at, to)) === to; to += BLOCK);
  while (at < bytes.length && bytes[at] < 0x80) at++;
  return at;
}

// Eight bytes at a time, in calls of one block: an engine that compiles a loop while it runs throws the code away
// at the loop's end, so one loop over the whole chunk would never become fast.
/** The first eight bytes that are not all ASCII, or `to`: what is behind them is not read for nothing. */
function asciiTo(bytes: Uint8Array, from: number, to: number): number {
  for (let at = from; at < to; at += 8) {
    const any =
      bytes[at] |
      bytes[at + 1] |
      bytes[at + 2] |
      bytes[at + 3] |
      bytes[at + 4] |
      bytes[at + 5] |
      bytes[at + 6] |
      bytes[at + 7];
    if (any >= 0x80) return at;
  }
  return to;
}

/** Bytes of the longest valid beginning of a multi-byte character at `at`; 1 for a byte that begins none. */
function validLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at];
  const length = encodedLength(lead);
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i];
    if (byte === undefined || byte < lowest(lead, i) || byte > highest(lead, i)) return i;
  }
  return length;
}

// No overlong forms, no surrogates, nothing over U+10FFFF: the second byte decides.
function lowest(lead: number, index: number): number {
  if (index === 1 && lead === 0xe0) return 0xa0;
  return index === 1 && lead === 0xf0 ? 0x90 : 0x80;
}

function highest(lead: number, index: number): number {
  if (index === 1 && lead === 0xed) return 0x9f;
  return index === 1 && lead === 0xf4 ? 0x8f : 0xbf;
}

/**
 * Overwrites each byte that belongs to no character by NUL, which a matcher skips as it skips U+FFFD: for decoded texts
 * that are looked at and never written, where offsets must stay. Returns the same array.
 */
export function hideInvalidUtf8(bytes: Uint8Array): Uint8Array {
  for (let at = skipValid(bytes, knownTo(bytes)); at < bytes.length; at = skipValid(bytes, at)) {
    const valid = validLength(bytes, at);
    if (valid === 1 || valid < encodedLength(bytes[at])) bytes.fill(0, at, at + Math.max(1, valid));
    at += Math.max(1, valid);
  }
  return bytes;
}
