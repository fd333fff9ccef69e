/**
 * Where a multipart body is cut into parts, RFC 2046: lines of two hyphens and the boundary.
 *
 * Owns the search, over any chunking. Lenient in what ends a line (CR LF or LF); a line that only begins like a
 * delimiter is content.
 */
const LF = 0x0a;
const CR = 0x0d;
const HYPHEN = 0x2d;

/** RFC 2046, section 5.1.1; the last character is no space. */
export const BOUNDARY = /^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$/;
/** Most blanks behind a boundary: more make the line content. */
const PADDING_BYTES = 64;

export interface Cut {
  /** Where the content before the delimiter ends: its line end belongs to the delimiter. */
  readonly contentEnd: number;
  /** Just past the delimiter. */
  readonly end: number;
  /** True for the one that closes the body. */
  readonly isClosing: boolean;
}

export interface SearchOptions {
  /** True when `bytes` begin a section: a delimiter needs no line end before it there. */
  readonly isStart: boolean;
  /** True when nothing comes after `bytes`. */
  readonly isLast: boolean;
}

export class Delimiter {
  private readonly text: Uint8Array;

  constructor(boundary: string) {
    this.text = Uint8Array.from(`--${boundary}`, (character) => character.charCodeAt(0));
  }

  /** The first delimiter, or how many bytes are content for certain. */
  find(bytes: Uint8Array, { isStart, isLast }: SearchOptions): Cut | number {
    if (isStart) {
      const cut = this.cutAt(bytes, { lineStart: 0, contentEnd: 0 }, isLast);
      if (cut !== undefined) return cut;
    }
    for (let lf = bytes.indexOf(LF); lf >= 0; lf = bytes.indexOf(LF, lf + 1)) {
      const contentEnd = lf > 0 && bytes[lf - 1] === CR ? lf - 1 : lf;
      const cut = this.cutAt(bytes, { lineStart: lf + 1, contentEnd }, isLast);
      if (cut !== undefined) return cut;
    }
    return !isLast && bytes.at(-1) === CR ? bytes.length - 1 : bytes.length;
  }

  /** The delimiter that a line is, `contentEnd` while it may still become one, undefined when it is none. */
  private cutAt(bytes: Uint8Array, line: Line, isLast: boolean): Cut | number | undefined {
    const { lineStart, contentEnd } = line;
    const length = Math.min(this.text.length, bytes.length - lineStart);
    for (let i = 0; i < length; i++) if (bytes[lineStart + i] !== this.text[i]) return undefined;
    const undecided = isLast ? undefined : contentEnd;
    if (length < this.text.length) return undecided;
    let at = lineStart + length;
    if (bytes[at] === HYPHEN && bytes[at + 1] === HYPHEN) return { contentEnd, end: at + 2, isClosing: true };
    if (bytes[at] === HYPHEN && at + 1 === bytes.length) return undecided;
    while (at < bytes.length && at - lineStart - length < PADDING_BYTES && isBlank(bytes[at])) at++;
    if (bytes[at] === CR) at++;
    // A boundary that the input ends behind has no part.
    if (at >= bytes.length) return isLast ? { contentEnd, end: bytes.length, isClosing: false } : contentEnd;
    return bytes[at] === LF ? { contentEnd, end: at + 1, isClosing: false } : undefined;
  }
}

interface Line {
  readonly lineStart: number;
  readonly contentEnd: number;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09;
}
