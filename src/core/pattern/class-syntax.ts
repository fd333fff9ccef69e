/**
 * What names a set of characters: escapes, `\p{…}`, POSIX names, brackets.
 *
 * Owns the grammar inside brackets and after a backslash. With `(?i)` every item is folded before its own negation,
 * as in RE2: `(?i)\W` leaves out the Kelvin sign, because `(?i)\w` holds it.
 */
import { foldCase } from "./case-orbits.ts";
import { type CharSet, MAX_CODE_POINT, negate, normalize, union } from "./charset.ts";
import { PERL_CLASSES, POSIX_CLASSES, SIMPLE_ESCAPES } from "./classes.ts";
import type { Cursor } from "./cursor.ts";
import { classNode, type Node } from "./syntax.ts";
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

const UNIT = { caret: 0x5e, hyphen: 0x2d, bracket: 0x5b, backslash: 0x5c, end: 0x5d } as const;

/** By character of ASCII: the same one is the same node, known by identity to whoever compiles it. */
const literals: Known<Node[]> = { plain: [], folding: [] };

/** Classes in brackets that were read lately, as they are written: patterns share most of theirs. */
const brackets: Known<Map<string, Node>> = { plain: new Map(), folding: new Map() };
const BRACKETS_LIMIT = 512;
/** What stands behind `[`, of a class without POSIX names: up to the first bracket that is not escaped. */
const BRACKET = /\^?\]?(?:[^\]\\[]|\\.){0,64}\]/sy;

/** Apart by whether case counts. */
interface Known<Kept> {
  readonly plain: Kept;
  readonly folding: Kept;
}

const OCTAL = /0[0-7]{0,2}|[1-7][0-7]{1,2}/y;

export class ClassReader {
  isFolding = false;

  private readonly cursor: Cursor;

  constructor(cursor: Cursor) {
    this.cursor = cursor;
  }

  /** One character as written. */
  literal(point: number): Node {
    if (point >= 0x80) return classNode(this.single(point));
    const known = this.isFolding ? literals.folding : literals.plain;
    return (known[point] ??= classNode(this.single(point)));
  }

  /** After `[`, up to and with its `]`. */
  bracket(start: number): Node {
    const { cursor } = this;
    const begin = cursor.at;
    const source = cursor.match(BRACKET)?.[0];
    const all = this.isFolding ? brackets.folding : brackets.plain;
    const known = source === undefined ? undefined : all.get(source);
    if (source !== undefined && known !== undefined) {
      cursor.at += source.length;
      return known;
    }
    const node = classNode(this.bracketed(start));
    if (source !== undefined && cursor.at === begin + source.length) {
      if (all.size >= BRACKETS_LIMIT) all.clear();
      all.set(source, node);
    }
    return node;
  }

  private bracketed(start: number): CharSet {
    const { cursor } = this;
    const isNegated = cursor.take("^");
    const ranges: number[] = [];
    const classes: CharSet[] = [];
    for (let isFirst = true; isFirst || cursor.unit() !== UNIT.end; isFirst = false) {
      if (cursor.isAtEnd()) this.cursor.fail("the class has no ']'; write \\[ for the character", start);
      const item = this.item(start);
      if (item.length === 2) ranges.push(item[0], item[1]);
      else classes.push(item);
    }
    cursor.at++;
    const set = union(normalize(ranges), ...classes);
    return isNegated ? negate(set) : set;
  }

  private item(start: number): CharSet {
    const unit = this.cursor.unit();
    const named = unit === UNIT.bracket ? this.posixClass() : unit === UNIT.backslash ? this.namedClass() : undefined;
    return named ?? this.range(start);
  }

  /** An escape, `at` on its backslash: a class or one character. */
  escape(): Node {
    const named = this.namedClass();
    return named === undefined ? this.literal(this.escapedCharacter()) : classNode(named);
  }

  private fold(set: CharSet): CharSet {
    return this.isFolding ? foldCase(set) : set;
  }

  private single(point: number): CharSet {
    return this.fold([point, point]);
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
    if (cursor.unit() !== UNIT.hyphen || cursor.unit(1) === UNIT.end || cursor.at + 1 >= cursor.text.length)
      return this.single(from);
    cursor.at++;
    if (cursor.unit() === UNIT.backslash && /^[dswp]$/i.test(cursor.text[cursor.at + 1] ?? ""))
      this.cursor.fail("a range needs one character on either side; write \\- for the hyphen", start);
    const to = this.character(bracket);
    if (to < from) this.cursor.fail("the range runs backwards; write the lower character first", start);
    return this.fold([from, to]);
  }

  private character(bracket: number): number {
    const { cursor } = this;
    if (cursor.isAtEnd()) this.cursor.fail("the class has no ']'; write \\[ for the character", bracket);
    return cursor.unit() === UNIT.backslash ? this.escapedCharacter() : cursor.nextPoint();
  }

  /** `\d` and its kin, `\pL`, `\p{Greek}`; undefined, and nothing read, when something else stands here. */
  private namedClass(): CharSet | undefined {
    const { cursor } = this;
    const name = cursor.text[cursor.at + 1] ?? "";
    const lower = name.toLowerCase();
    if (lower === "p") return this.unicodeClass();
    if (!Object.hasOwn(PERL_CLASSES, lower)) return undefined;
    cursor.at += 2;
    return this.signed(PERL_CLASSES[lower], name !== lower);
  }

  private unicodeClass(): CharSet {
    const { cursor } = this;
    const start = cursor.at;
    const isNegated = cursor.text[start + 1] === "P";
    cursor.at += 2;
    if (cursor.isAtEnd()) this.cursor.fail("\\p without a class; write \\pL or \\p{Greek}", start);
    const name = cursor.take("{") ? cursor.takeUntil("}") : String.fromCodePoint(cursor.nextPoint());
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
    const start = cursor.at;
    if (!cursor.take("[:")) return undefined;
    // RE2 looks for the end as far as the pattern goes; without one the bracket is a character.
    const text = cursor.takeUntil(":]");
    if (text === undefined) {
      cursor.at = start;
      return undefined;
    }
    const isNegated = text.startsWith("^");
    const name = isNegated ? text.slice(1) : text;
    if (!Object.hasOwn(POSIX_CLASSES, name)) this.cursor.fail("unknown POSIX class; as in [[:alpha:]]", start);
    return this.signed(POSIX_CLASSES[name], isNegated);
  }

  /** An escape that stands for one character; `at` is on its backslash. */
  private escapedCharacter(): number {
    const { cursor } = this;
    const start = cursor.at++;
    if (cursor.isAtEnd()) this.cursor.fail("a lone backslash at the end; write \\\\", start);
    const character = String.fromCodePoint(cursor.nextPoint());
    if (Object.hasOwn(SIMPLE_ESCAPES, character)) return SIMPLE_ESCAPES[character];
    if (character === "x") return this.hex(start);
    cursor.at -= character.length;
    const octal = cursor.match(OCTAL)?.[0];
    cursor.at += (octal ?? character).length;
    if (octal !== undefined) return Number.parseInt(octal, 8);
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
    const digits = isBraced ? cursor.takeUntil("}") : cursor.text.slice(cursor.at, cursor.at + 2);
    if (digits === undefined || !(isBraced ? /^[0-9A-Fa-f]+$/ : /^[0-9A-Fa-f]{2}$/).test(digits))
      this.cursor.fail("write \\x41 or \\x{1F600}", start);
    if (!isBraced) cursor.at += digits.length;
    const value = Number.parseInt(digits, 16);
    if (value > MAX_CODE_POINT) this.cursor.fail("the code point is over 10FFFF", start);
    return value;
  }
}
