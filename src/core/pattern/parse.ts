/**
 * RE2 syntax to a syntax tree.
 *
 * Owns the grammar and its refusals: each names the position and what to write instead. Greedy and lazy
 * repeats parse alike, because the engine asks for every end of a match and picks the longest.
 */
import { type CharSet, foldCase, MAX_CODE_POINT, negate, normalize, union } from "./charset.ts";
import { ANY, ANY_BUT_NEWLINE, PERL_CLASSES, POSIX_CLASSES, SIMPLE_ESCAPES } from "./classes.ts";
import type { Assertion, Node } from "./syntax.ts";
import { property } from "./unicode.ts";

/** RE2's own limit. */
const REPEAT_LIMIT = 1000;
const NESTING_LIMIT = 200;

/** A pattern that cannot be used. `message` quotes the pattern's rule, never data: patterns come from the configuration. */
export class PatternError extends Error {
  readonly position: number;

  constructor(message: string, position: number) {
    super(`${message} (at character ${position + 1})`);
    this.name = "PatternError";
    this.position = position;
  }
}

interface Flags {
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
  readonly multiLine: boolean;
}

const NO_FLAGS: Flags = { ignoreCase: false, dotAll: false, multiLine: false };

/** @throws PatternError with position and reason. */
export function parsePattern(pattern: string): Node {
  return new Parser(pattern).parse();
}

class Parser {
  private readonly text: readonly string[];
  private at = 0;
  private depth = 0;
  private flags: Flags = NO_FLAGS;

  constructor(pattern: string) {
    this.text = [...pattern];
  }

  parse(): Node {
    const node = this.alternation();
    if (this.at < this.text.length) this.fail("unmatched ')'; write \\) for the character");
    return node;
  }

  private fail(message: string, position = this.at): never {
    throw new PatternError(message, position);
  }

  private peek(offset = 0): string | undefined {
    return this.text[this.at + offset];
  }

  private take(expected: string): boolean {
    const matches = [...expected].every((character, i) => this.peek(i) === character);
    if (matches) this.at += expected.length;
    return matches;
  }

  private alternation(): Node {
    if (++this.depth > NESTING_LIMIT) this.fail(`groups are nested deeper than ${NESTING_LIMIT}`);
    const parts = [this.concatenation()];
    while (this.take("|")) parts.push(this.concatenation());
    this.depth--;
    return parts.length === 1 ? parts[0] : { kind: "alternate", parts };
  }

  private concatenation(): Node {
    const parts: Node[] = [];
    for (let next = this.peek(); next !== undefined && next !== "|" && next !== ")"; next = this.peek()) {
      const atom = this.atom();
      if (atom !== undefined) parts.push(this.repeats(atom));
    }
    if (parts.length === 0) return { kind: "empty" };
    return parts.length === 1 ? parts[0] : { kind: "concat", parts };
  }

  private repeats(atom: Node): Node {
    const start = this.at;
    const range = this.repeatRange();
    if (range === undefined) return atom;
    if (range.max < range.min) this.fail("the repeat's maximum is below its minimum", start);
    this.take("?");
    if (this.peek() === "+") this.fail("possessive repeats are not supported; write the plain repeat");
    if (this.peek() === "*" || (this.peek() === "{" && this.countAhead() !== undefined))
      this.fail("a repeat of a repeat; put the inner one in a group");
    return { kind: "repeat", body: atom, ...range };
  }

  private repeatRange(): { min: number; max: number } | undefined {
    if (this.take("*")) return { min: 0, max: Infinity };
    if (this.take("+")) return { min: 1, max: Infinity };
    if (this.take("?")) return { min: 0, max: 1 };
    const counted = this.countAhead();
    if (counted === undefined) return undefined;
    if (counted.min > REPEAT_LIMIT || (counted.max !== Infinity && counted.max > REPEAT_LIMIT))
      this.fail(`a repeat count is over ${REPEAT_LIMIT}; use * with maxLength`);
    this.at += counted.length;
    return { min: counted.min, max: counted.max };
  }

  // A `{` that does not begin a count is the character itself, as in RE2.
  private countAhead(): { min: number; max: number; length: number } | undefined {
    if (this.peek() !== "{") return undefined;
    const end = this.text.indexOf("}", this.at);
    if (end < 0) return undefined;
    const match = /^\{(\d{1,9})(,(\d{0,9}))?\}$/.exec(this.text.slice(this.at, end + 1).join(""));
    if (match === null) return undefined;
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] === "" ? Infinity : Number(match[3]);
    return { min, max, length: end + 1 - this.at };
  }

  private atom(): Node | undefined {
    const start = this.at;
    const character = this.text[this.at++];
    switch (character) {
      case "(":
        return this.group(start);
      case "[":
        return this.classNode(this.bracket(start));
      case ".":
        return { kind: "class", set: this.flags.dotAll ? ANY : ANY_BUT_NEWLINE };
      case "^":
        return assertion(this.flags.multiLine ? "lineStart" : "textStart");
      case "$":
        return assertion(this.flags.multiLine ? "lineEnd" : "textEnd");
      case "*":
      case "+":
      case "?":
        return this.fail(`nothing to repeat before '${character}'; write \\${character} for the character`, start);
      case "\\":
        return this.escape(start);
      default:
        return this.classNode(single(character));
    }
  }

  private classNode(set: CharSet): Node {
    return { kind: "class", set: this.flags.ignoreCase ? foldCase(set) : set };
  }

  private group(start: number): Node | undefined {
    const outer = this.flags;
    if (this.take("?")) {
      if (
        this.peek() === "=" ||
        this.peek() === "!" ||
        (this.peek() === "<" && (this.peek(1) === "=" || this.peek(1) === "!"))
      ) {
        this.fail(
          "lookaround is not supported: it cannot run in linear time on a stream; use boundary or context words",
          start,
        );
      }
      if (this.take("P<") || this.take("<")) {
        while (this.peek() !== undefined && this.peek() !== ">") this.at++;
        if (!this.take(">")) this.fail("the group's name has no '>'", start);
      } else if (!this.take(":") && this.flagGroup(start)) return undefined;
    }
    const body = this.alternation();
    if (!this.take(")")) this.fail("the group has no ')'", start);
    this.flags = outer;
    return body;
  }

  /** Reads `i-s:` after `(?`. True when the flags hold from here on: `(?i)`. */
  private flagGroup(start: number): boolean {
    const flags = { ...this.flags };
    const names = { i: "ignoreCase", s: "dotAll", m: "multiLine" } as const;
    let value = true;
    for (;;) {
      const character = this.text[this.at++];
      if (character === "-" && value) value = false;
      else if (character === "i" || character === "s" || character === "m") flags[names[character]] = value;
      else if (character === "U") continue;
      else if (character === ":" || character === ")") {
        this.flags = flags;
        return character === ")";
      } else this.fail("unknown group flag; i, s, m and U exist", start);
    }
  }

  private escape(start: number): Node {
    const character = this.peek();
    if (character === undefined) this.fail("a lone backslash at the end; write \\\\", start);
    const found = ASSERTION_ESCAPES[character];
    if (found !== undefined) {
      this.at++;
      return assertion(found);
    }
    if (character >= "1" && character <= "9")
      this.fail("back-references are not supported: they cannot run in linear time", start);
    if (character === "Q") return this.quoted();
    if (character === "C") this.fail("\\C is not supported: matches are whole characters", start);
    return this.classNode(this.classEscape(start));
  }

  private quoted(): Node {
    this.at++;
    const parts: Node[] = [];
    while (this.at < this.text.length && !this.take("\\E")) parts.push(this.classNode(single(this.text[this.at++])));
    return { kind: "concat", parts };
  }

  /** An escape that names characters, inside or outside brackets; `at` stands on the character after the backslash. */
  private classEscape(start: number): CharSet {
    const character = this.text[this.at++];
    const perl = PERL_CLASSES[character];
    if (perl !== undefined) return perl;
    const simple = SIMPLE_ESCAPES[character];
    if (simple !== undefined) return [simple, simple];
    if (character === "x") return this.hex(start);
    if (character === "0") return this.octal();
    if (character === "p" || character === "P") return this.unicodeClass(character === "P", start);
    if (/^[A-Za-z0-9]$/.test(character)) this.fail(`unknown escape \\${character}`, start);
    return single(character);
  }

  private hex(start: number): CharSet {
    const rest = this.text.slice(this.at, this.at + 10).join("");
    const match = /^(?:\{([0-9A-Fa-f]{1,8})\}|([0-9A-Fa-f]{2}))/.exec(rest);
    if (match === null) this.fail("write \\x41 or \\x{1F600}", start);
    this.at += match[0].length;
    const value = Number.parseInt(match[1] ?? match[2], 16);
    if (value > MAX_CODE_POINT) this.fail("the code point is over 10FFFF", start);
    return [value, value];
  }

  private octal(): CharSet {
    let value = 0;
    for (let digits = 0; digits < 2 && /^[0-7]$/.test(this.peek() ?? ""); digits++)
      value = value * 8 + Number(this.text[this.at++]);
    return [value, value];
  }

  private unicodeClass(isNegated: boolean, start: number): CharSet {
    let name = this.text[this.at++] ?? "";
    if (name === "{") {
      const end = this.text.indexOf("}", this.at);
      if (end < 0) this.fail("\\p{ has no '}'", start);
      name = this.text.slice(this.at, end).join("");
      this.at = end + 1;
    }
    const isInverse = name.startsWith("^");
    const set = property(isInverse ? name.slice(1) : name);
    if (set === undefined) this.fail(`unknown Unicode class '${name}'`, start);
    return isNegated !== isInverse ? negate(set) : set;
  }

  private bracket(start: number): CharSet {
    const isNegated = this.take("^");
    const sets: CharSet[] = [];
    for (let isFirst = true; ; isFirst = false) {
      const character = this.peek();
      if (character === undefined) this.fail("the class has no ']'", start);
      if (character === "]" && !isFirst) break;
      sets.push(this.classItem());
    }
    this.at++;
    const set = union(...sets);
    // Case folds before the negation: `(?i)[^a]` excludes A too.
    return isNegated ? negate(this.flags.ignoreCase ? foldCase(set) : set) : set;
  }

  private classItem(): CharSet {
    const posix = this.posixClass();
    if (posix !== undefined) return posix;
    const start = this.at;
    const from = this.classMember();
    if (this.peek() !== "-" || this.peek(1) === "]" || this.peek(1) === undefined) return from;
    this.at++;
    const to = this.classMember();
    if (from.length !== 2 || from[0] !== from[1] || to.length !== 2 || to[0] !== to[1])
      this.fail("a range needs one character on either side", start);
    if (to[0] < from[0]) this.fail("the range runs backwards", start);
    return normalize([from[0], to[0]]);
  }

  private classMember(): CharSet {
    const start = this.at;
    if (this.peek() === undefined) this.fail("the class has no ']'", start);
    if (!this.take("\\")) return single(this.text[this.at++]);
    if (this.peek() === undefined) this.fail("a lone backslash at the end; write \\\\", start);
    return this.classEscape(start);
  }

  private posixClass(): CharSet | undefined {
    if (this.peek() !== "[" || this.peek(1) !== ":") return undefined;
    const rest = this.text.slice(this.at, this.at + 14).join("");
    const match = /^\[:(\^?)([a-z]+):\]/.exec(rest);
    const set = match === null ? undefined : POSIX_CLASSES[match[2]];
    if (match === null || set === undefined) this.fail("unknown POSIX class; as in [[:alpha:]]");
    this.at += match[0].length;
    return match[1] === "^" ? negate(set) : set;
  }
}

const ASSERTION_ESCAPES: Readonly<Record<string, Assertion>> = {
  b: "wordBoundary",
  B: "notWordBoundary",
  A: "textStart",
  z: "textEnd",
};

function assertion(name: Assertion): Node {
  return { kind: "assert", assertion: name };
}

function single(character: string): CharSet {
  const point = character.codePointAt(0) as number;
  return [point, point];
}
