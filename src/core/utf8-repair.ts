/**
 * Makes any bytes valid UTF-8 in a stream: each invalid sequence becomes U+FFFD, as the WHATWG decoder has it.
 *
 * Owns at most three bytes of a character that is not complete. Valid input leaves as the same array.
 * The matcher skips U+FFFD inside a value, so an invalid byte cannot hide one.
 */
import { concat, EMPTY } from "./bytes.ts";
import { encodedLength } from "./folded-text.ts";

/** Most bytes of a character that waits for its rest. */
export const UTF8_HOLD_BYTES = 3;

const REPLACEMENT = Uint8Array.of(0xef, 0xbf, 0xbd);

export class Utf8Repair {
  /** Sequences that were replaced so far. */
  replaced = 0;
  private held: Uint8Array = EMPTY;

  push(chunk: Uint8Array): Uint8Array {
    const bytes = this.held.length === 0 ? chunk : concat([this.held, chunk]);
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
    let at = 0;
    while (at < bytes.length) {
      if (bytes[at] < 0x80) {
        at++;
        continue;
      }
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
    return concat(parts.filter((part) => part.length > 0));
  }
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
