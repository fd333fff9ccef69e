/**
 * A place in the text of a pattern.
 *
 * Owns reading ahead and refusing with a position; knows no grammar. Characters are code points.
 */
import { PatternError } from "./pattern-error.ts";

export class Cursor {
  readonly text: readonly string[];
  at = 0;

  constructor(pattern: string) {
    this.text = [...pattern];
    const half = this.text.findIndex((character) => /\p{Cs}/u.test(character));
    if (half >= 0) this.fail("half of a surrogate pair; write the whole character, or \\x{1F600}", half);
  }

  fail(message: string, position = this.at): never {
    throw new PatternError(message, position);
  }

  isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  peek(offset = 0): string | undefined {
    return this.text[this.at + offset];
  }

  next(): string {
    return this.text[this.at++];
  }

  /** Whether this stands here; ASCII only. */
  startsWith(expected: string): boolean {
    for (let i = 0; i < expected.length; i++) if (this.text[this.at + i] !== expected[i]) return false;
    return true;
  }

  /** Steps over what is expected, if it stands here. */
  take(expected: string): boolean {
    const stands = this.startsWith(expected);
    if (stands) this.at += expected.length;
    return stands;
  }

  /** The characters up to `end`, which is stepped over too; undefined, and nothing read, when there is no `end`. */
  takeUntil(end: string): string | undefined {
    const place = this.text.indexOf(end, this.at);
    if (place < 0) return undefined;
    const taken = this.text.slice(this.at, place).join("");
    this.at = place + 1;
    return taken;
  }

  /** The next characters, for an expression to look at. */
  ahead(length: number): string {
    return this.text.slice(this.at, this.at + length).join("");
  }
}
