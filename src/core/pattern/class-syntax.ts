/**
 * What names a set of characters: escapes, `\p{…}`, POSIX names, brackets.
 *
 * Owns the grammar inside brackets and after a backslash. With `(?i)` every item is folded before its own negation,
 * as in RE2: `(?i)\W` leaves out the Kelvin sign, because `(?i)\w` holds it.
 */
import { foldCase } from "./case-orbits.ts";
import { type CharSet, MAX_CODE_POINT, negate, union } from "./charset.ts";
import { PERL_CLASSES, POSIX_CLASSES, SIMPLE_ESCAPES } from "./classes.ts";
import type { Cursor } from "./cursor.ts";
import { unicodeClass } from "./unicode-classes.ts";

/** Escapes of other dialects, and what says the same here. */
const INSTEAD: Readonly<Record<string, string>> = {
  E: "it ends a \\Q only",
  G: "matches may begin anywhere",
  K: "what stands before a value belongs into context words",
  N: "write [^\\n]",
  R: "write (?:\\r\\n|[\\n\\r])",
  X: "write \\PM\\pM*",
  Z: "write \\z",
  b: "inside brackets write \\x08",
  e: "write \\x1B",
  h: "write [ \\t]",
  u: "write \\x{20AC}",
};

/** By character of ASCII: the same character is the same set, known by identity to whoever compiles it. */
const ascii: CharSet[] = [];

export class ClassReader {
  isFolding = false;

  private readonly cursor: Cursor;

  constructor(cursor: Cursor) {
    this.cursor = cursor;
  }

  /** One character as written. */
  literal(character: string): CharSet {
    return this.single(character.codePointAt(0) as number);
  }

  /** After `[`, up to and with its `]`. */
  bracket(start: number): CharSet {
    const { cursor } = this;
    const isNegated = cursor.take("^");
    const sets: CharSet[] = [];
    for (let isFirst = true; isFirst || cursor.peek() !== "]"; isFirst = false) {
      if (cursor.isAtEnd()) this.cursor.fail("the class has no ']'; write \\[ for the character", start);
      sets.push(this.posixClass() ?? this.namedClass() ?? this.range(start));
    }
    cursor.at++;
    const set = union(...sets);
    return isNegated ? negate(set) : set;
  }

  /** An escape, `at` on its backslash: a class or one character. */
  escape(): CharSet {
    return this.namedClass() ?? this.single(this.escapedCharacter());
  }

  private fold(set: CharSet): CharSet {
    return this.isFolding ? foldCase(set) : set;
  }

  private single(point: number): CharSet {
    return this.fold(point < 0x80 ? (ascii[point] ??= [point, point]) : [point, point]);
  }

  private signed(set: CharSet, isNegated: boolean): CharSet {
    const folded = this.fold(set);
    return isNegated ? negate(folded) : folded;
  }

  private range(bracket: number): CharSet {
    const { cursor } = this;
    const start = cursor.at;
    const from = this.character(bracket);
    // A hyphen at the end of the class is itself.
    if (cursor.peek() !== "-" || cursor.peek(1) === "]" || cursor.peek(1) === undefined) return this.single(from);
    cursor.at++;
    if (cursor.peek() === "\\" && /^[dswpP]$/i.test(cursor.peek(1) ?? ""))
      this.cursor.fail("a range needs one character on either side; write \\- for the hyphen", start);
    const to = this.character(bracket);
    if (to < from) this.cursor.fail("the range runs backwards; write the lower character first", start);
    return this.fold([from, to]);
  }

  private character(bracket: number): number {
    const { cursor } = this;
    if (cursor.isAtEnd()) this.cursor.fail("the class has no ']'; write \\[ for the character", bracket);
    return cursor.peek() === "\\" ? this.escapedCharacter() : (cursor.next().codePointAt(0) as number);
  }

  /** `\d` and its kin, `\pL`, `\p{Greek}`; undefined, and nothing read, when something else stands here. */
  private namedClass(): CharSet | undefined {
    const { cursor } = this;
    if (cursor.peek() !== "\\") return undefined;
    const name = cursor.peek(1) ?? "";
    const lower = name.toLowerCase();
    if (lower === "p") return this.unicodeClass();
    if (!Object.hasOwn(PERL_CLASSES, lower)) return undefined;
    cursor.at += 2;
    return this.signed(PERL_CLASSES[lower], name !== lower);
  }

  private unicodeClass(): CharSet {
    const { cursor } = this;
    const start = cursor.at;
    const isNegated = cursor.peek(1) === "P";
    cursor.at += 2;
    if (cursor.isAtEnd()) this.cursor.fail("\\p without a class; write \\pL or \\p{Greek}", start);
    const name = cursor.take("{") ? cursor.takeUntil("}") : cursor.next();
    if (name === undefined) this.cursor.fail("\\p{ has no '}'", start);
    const isInverse = name.startsWith("^");
    const set = unicodeClass(isInverse ? name.slice(1) : name);
    if (set === undefined)
      this.cursor.fail(
        `unknown Unicode class '${name}'; write a general category as in \\p{Lu} or a script as in \\p{Greek}`,
        start,
      );
    return this.signed(set, isNegated !== isInverse);
  }

  private posixClass(): CharSet | undefined {
    const { cursor } = this;
    if (!cursor.startsWith("[:")) return undefined;
    // RE2 looks for the end as far as the pattern goes; without one the bracket is a character.
    const rest = cursor.text.slice(cursor.at + 2).join("");
    const end = rest.indexOf(":]");
    if (end < 0) return undefined;
    const [, sign, name] = /^(\^?)(.*)$/su.exec(rest.slice(0, end)) as unknown as [string, string, string];
    if (!Object.hasOwn(POSIX_CLASSES, name)) this.cursor.fail("unknown POSIX class; as in [[:alpha:]]");
    cursor.at += [..."[:", ...sign, ...name, ...":]"].length;
    return this.signed(POSIX_CLASSES[name], sign !== "");
  }

  /** An escape that stands for one character; `at` is on its backslash. */
  private escapedCharacter(): number {
    const { cursor } = this;
    const start = cursor.at++;
    if (cursor.isAtEnd()) this.cursor.fail("a lone backslash at the end; write \\\\", start);
    const character = cursor.next();
    if (Object.hasOwn(SIMPLE_ESCAPES, character)) return SIMPLE_ESCAPES[character];
    if (character === "x") return this.hex(start);
    const octal = /^(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(character + cursor.ahead(2))?.[0];
    if (octal !== undefined) {
      cursor.at += octal.length - 1;
      return Number.parseInt(octal, 8);
    }
    if (/^[1-9]$/.test(character))
      this.cursor.fail(
        "back-references are not supported: they cannot run in linear time; repeat the group's text",
        start,
      );
    if (Object.hasOwn(INSTEAD, character))
      this.cursor.fail(`\\${character} is not supported: ${INSTEAD[character]}`, start);
    if (!/^[\0-/:-@[-`{-\x7f]$/.test(character))
      this.cursor.fail(`unknown escape \\${character}; write the character without the backslash`, start);
    return character.charCodeAt(0);
  }

  private hex(start: number): number {
    const { cursor } = this;
    const isBraced = cursor.take("{");
    const digits = isBraced ? cursor.takeUntil("}") : cursor.ahead(2);
    if (digits === undefined || !(isBraced ? /^[0-9A-Fa-f]+$/ : /^[0-9A-Fa-f]{2}$/).test(digits))
      this.cursor.fail("write \\x41 or \\x{1F600}", start);
    if (!isBraced) cursor.at += digits.length;
    const value = Number.parseInt(digits, 16);
    if (value > MAX_CODE_POINT) this.cursor.fail("the code point is over 10FFFF", start);
    return value;
  }
}
