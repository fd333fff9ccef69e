/**
 * A place in the text of a pattern.
 *
 * Owns reading ahead and refusing with a position; knows no grammar. Places are UTF-16 units, which patterns are read by;
 * positions in refusals are characters (code points).
 */
import { PatternError } from "./pattern-error.ts";

export class Cursor {
  readonly text: string;
  at = 0;

  constructor(pattern: string) {
    this.text = pattern;
    if (!SURROGATE.test(pattern)) return;
    const half = [...pattern].findIndex((character) => character.length === 1 && SURROGATE.test(character));
    if (half >= 0) throw new PatternError("half of a surrogate pair; write the whole character, or \\x{1F600}", half);
  }

  fail(message: string, place = this.at): never {
    throw new PatternError(message, Array.from(this.text.slice(0, place)).length);
  }

  isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** NaN behind the end, which is no unit. */
  unit(offset = 0): number {
    return this.text.charCodeAt(this.at + offset);
  }

  /** Of the whole character here, which is stepped over. */
  nextPoint(): number {
    const point = this.text.codePointAt(this.at) as number;
    this.at += point > 0xffff ? 2 : 1;
    return point;
  }

  /** Steps over what is expected, if it stands here. */
  take(expected: string): boolean {
    const stands = this.text.startsWith(expected, this.at);
    if (stands) this.at += expected.length;
    return stands;
  }

  /** The characters up to `end`, which is stepped over too; undefined, and nothing read, when there is no `end`. */
  takeUntil(end: string): string | undefined {
    const place = this.text.indexOf(end, this.at);
    if (place < 0) return undefined;
    const taken = this.text.slice(this.at, place);
    this.at = place + end.length;
    return taken;
  }

  /** What a sticky expression matches here; nothing is read. */
  match(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.at;
    return expression.exec(this.text);
  }
}

/** Either half of a pair, and both halves of whole ones: the expression reads units. */
const SURROGATE = /[\ud800-\udfff]/;
