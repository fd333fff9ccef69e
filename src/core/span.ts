/** A stretch of bytes: half-open, offsets are bytes of UTF-8 counted from the start of the text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}
