/**
 * RE2 syntax to a syntax tree.
 *
 * Owns the grammar and its refusals: each names the position and what to write instead. Greedy and lazy
 * repeats parse alike, because the engine asks for every end of a match and picks the longest. What RE2 refuses is
 * refused, so that a pattern means the same wherever it runs.
 */
import { ClassReader } from "./class-syntax.ts";
import { ANY, ANY_BUT_NEWLINE } from "./classes.ts";
import { Cursor } from "./cursor.ts";
import { alternateNode, type Assertion, assertNode, classNode, concatNode, type Node, repeatNode } from "./syntax.ts";

export { PatternError } from "./pattern-error.ts";

/** RE2's own limit, for one repeat and for repeats within repeats together. */
const REPEAT_LIMIT = 1000;
/** RE2 allows 1000; what walks the tree calls itself as deep as this. */
const NESTING_LIMIT = 200;

interface Flags {
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
  readonly multiLine: boolean;
}

const NO_FLAGS: Flags = { ignoreCase: false, dotAll: false, multiLine: false };

interface Range {
  readonly min: number;
  readonly max: number;
}

const ANY_NUMBER: Range = { min: 0, max: Infinity };
const AT_LEAST_ONE: Range = { min: 1, max: Infinity };
const AT_MOST_ONE: Range = { min: 0, max: 1 };

/** What the grammar is made of, as UTF-16 units. */
const UNIT = {
  dollar: 0x24,
  open: 0x28,
  close: 0x29,
  star: 0x2a,
  plus: 0x2b,
  dot: 0x2e,
  question: 0x3f,
  bracket: 0x5b,
  backslash: 0x5c,
  caret: 0x5e,
  brace: 0x7b,
  bar: 0x7c,
} as const;

/** By unit of ASCII: 1 for what stands for itself. Most of a pattern does, and is read without asking for more. */
const ORDINARY = new Uint8Array(0x80).fill(1);
for (const unit of Object.values(UNIT)) ORDINARY[unit] = 0;

/** @throws PatternError with position and reason. */
export function parsePattern(pattern: string): Node {
  return new Parser(pattern).parse();
}

class Parser {
  private readonly cursor: Cursor;
  private readonly classes: ClassReader;
  private depth = 0;
  private flags: Flags = NO_FLAGS;

  constructor(pattern: string) {
    this.cursor = new Cursor(pattern);
    this.classes = new ClassReader(this.cursor);
  }

  parse(): Node {
    const node = this.alternation();
    if (!this.cursor.isAtEnd()) this.cursor.fail("unmatched ')'; write \\) for the character");
    return node;
  }

  private alternation(): Node {
    const { cursor } = this;
    if (++this.depth > NESTING_LIMIT) cursor.fail(`groups are nested deeper than ${NESTING_LIMIT}`);
    const parts = [this.concatenation()];
    while (cursor.unit() === UNIT.bar) {
      cursor.at++;
      parts.push(this.concatenation());
    }
    this.depth--;
    return alternateNode(parts);
  }

  private concatenation(): Node {
    const { cursor, classes } = this;
    const { text } = cursor;
    const parts: Node[] = [];
    for (let isRepeat = false; cursor.at < text.length;) {
      const unit = text.charCodeAt(cursor.at);
      if (ORDINARY[unit] === 1) {
        cursor.at++;
        parts.push(classes.literal(unit));
        isRepeat = false;
        continue;
      }
      if (unit === UNIT.bar || unit === UNIT.close) break;
      const start = cursor.at;
      const range = this.repeatRange(unit);
      if (range === undefined) this.atoms(unit, parts);
      else {
        if (isRepeat) this.refuseStacked(start);
        parts.push(this.repeated(parts.pop(), range, start));
      }
      isRepeat = range !== undefined;
    }
    return concatNode(parts);
  }

  private repeated(body: Node | undefined, range: Range, start: number): Node {
    const { cursor } = this;
    const { min, max } = range;
    if (body === undefined) {
      const character = cursor.text[start];
      this.cursor.fail(`nothing to repeat before '${character}'; write \\${character} for the character`, start);
    }
    if (max < min) this.cursor.fail("the repeat's maximum is below its minimum", start);
    const isCounted = cursor.text[start] === "{";
    const own = isCounted ? Math.max(1, max === Infinity ? min : max) : 1;
    const count = body.count * own;
    if (own > 1 && count > REPEAT_LIMIT)
      this.cursor.fail(`repeats within repeats count up to ${count}, over ${REPEAT_LIMIT}; use smaller counts`, start);
    return repeatNode(body, range, count);
  }

  private refuseStacked(start: number): never {
    if (this.cursor.text[start] === "+")
      return this.cursor.fail("possessive repeats are not supported; write the plain repeat", start);
    return this.cursor.fail("a repeat of a repeat; put the inner one in a group", start);
  }

  /** A repeat and its `?`; undefined, and nothing read, when something else stands here. */
  private repeatRange(unit: number): Range | undefined {
    if (unit !== UNIT.brace && unit !== UNIT.star && unit !== UNIT.plus && unit !== UNIT.question) return undefined;
    const { cursor } = this;
    const range = unit === UNIT.brace ? this.count() : this.sign(unit);
    if (range !== undefined && cursor.unit() === UNIT.question) cursor.at++;
    return range;
  }

  private sign(unit: number): Range {
    this.cursor.at++;
    if (unit === UNIT.star) return ANY_NUMBER;
    return unit === UNIT.plus ? AT_LEAST_ONE : AT_MOST_ONE;
  }

  // A `{` that does not begin a count is the character itself, and so is one with a leading zero, as in RE2.
  private count(): Range | undefined {
    const { cursor } = this;
    const match = cursor.match(COUNT);
    if (match === null) return undefined;
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] === undefined ? Infinity : Number(match[3]);
    if (min > REPEAT_LIMIT || (max !== Infinity && max > REPEAT_LIMIT))
      cursor.fail(`a repeat count is over ${REPEAT_LIMIT}; use * with maxLength`);
    cursor.at += match[0].length;
    return { min, max };
  }

  /** Adds what the next characters stand for: often one part, none for `(?i)`, many for `\Q…\E`. */
  private atoms(unit: number, parts: Node[]): void {
    const { cursor, classes } = this;
    const start = cursor.at;
    switch (unit) {
      case UNIT.backslash:
        this.escaped(parts);
        return;
      case UNIT.open:
        cursor.at++;
        this.group(start, parts);
        return;
      case UNIT.bracket:
        cursor.at++;
        parts.push(classes.bracket(start));
        return;
      case UNIT.dot:
        cursor.at++;
        parts.push(classNode(this.flags.dotAll ? ANY : ANY_BUT_NEWLINE));
        return;
      case UNIT.caret:
        cursor.at++;
        parts.push(assertNode(this.flags.multiLine ? "lineStart" : "textStart"));
        return;
      case UNIT.dollar:
        cursor.at++;
        parts.push(assertNode(this.flags.multiLine ? "lineEnd" : "textEnd"));
        return;
      default:
        parts.push(classes.literal(cursor.nextPoint()));
    }
  }

  private escaped(parts: Node[]): void {
    const { cursor, classes } = this;
    const start = cursor.at;
    const name = cursor.text[start + 1] ?? "";
    if (name === "C") this.cursor.fail("\\C is not supported: matches are whole characters; write (?s:.)", start);
    if (cursor.take("\\Q")) this.quoted(parts);
    else if (Object.hasOwn(ASSERTION_ESCAPES, name)) {
      cursor.at += 2;
      parts.push(assertNode(ASSERTION_ESCAPES[name]));
    } else parts.push(classes.escape());
  }

  private quoted(parts: Node[]): void {
    const { cursor, classes } = this;
    while (!cursor.isAtEnd() && !cursor.take("\\E")) parts.push(classes.literal(cursor.nextPoint()));
  }

  private group(start: number, parts: Node[]): void {
    const { cursor } = this;
    const outer = this.flags;
    if (cursor.take("?") && !cursor.take(":")) {
      for (const [opening, reason] of REFUSED_GROUPS)
        if (cursor.text.startsWith(opening, cursor.at)) this.cursor.fail(reason, start);
      if (cursor.take("P<")) this.groupName(start);
      else if (this.flagGroup(start)) return;
    }
    const body = this.alternation();
    if (cursor.unit() !== UNIT.close) this.cursor.fail("the group has no ')'; write \\( for the character", start);
    cursor.at++;
    this.use(outer);
    parts.push(body);
  }

  private use(flags: Flags): void {
    this.flags = flags;
    this.classes.isFolding = flags.ignoreCase;
  }

  private groupName(start: number): void {
    const name = this.cursor.takeUntil(">");
    if (name === undefined) this.cursor.fail("the group's name has no '>'", start);
    if (!/^\w+$/.test(name)) this.cursor.fail("a group's name is of the characters a-z A-Z 0-9 _", start);
  }

  /** Reads `i-s:` after `(?`. True when the flags hold from here on: `(?i)`. */
  private flagGroup(start: number): boolean {
    const { cursor } = this;
    const match = cursor.match(FLAGS);
    if (match === null) this.cursor.fail("unknown group flag; i, s, m and U exist, as in (?i) or (?s-i:…)", start);
    const [all, on, off = "", end] = match;
    cursor.at += all.length;
    const set = (flag: string, before: boolean): boolean => !off.includes(flag) && (on.includes(flag) || before);
    const { ignoreCase, dotAll, multiLine } = this.flags;
    this.use({ ignoreCase: set("i", ignoreCase), dotAll: set("s", dotAll), multiLine: set("m", multiLine) });
    return end === ")";
  }
}

/** Longer numbers are not counts. */
const COUNT = /\{(0|[1-9]\d{0,8})(,(0|[1-9]\d{0,8})?)?\}/y;
/** As many as anybody writes, a few of each. */
const FLAGS = /([imsU]{0,32})(-[imsU]{1,32})?([:)])/y;

const LOOKAROUND =
  "lookaround is not supported: it cannot run in linear time on a stream; use boundary or context words";

const REFUSED_GROUPS: readonly (readonly [opening: string, reason: string])[] = [
  ["=", LOOKAROUND],
  ["!", LOOKAROUND],
  ["<=", LOOKAROUND],
  ["<!", LOOKAROUND],
  ["<", "write (?P<name>…) for a named group"],
  ["P=", "back-references are not supported: they cannot run in linear time; repeat the group's text"],
  ["P>", "recursion is not supported; repeat the group's text"],
  [">", "atomic groups are not supported; write (?:…)"],
  ["|", "branch reset groups are not supported; write (?:…)"],
  ["#", "comments are not supported; leave the comment out"],
  ["(", "conditions are not supported; write an alternation"],
];

const ASSERTION_ESCAPES: Readonly<Record<string, Assertion>> = {
  b: "wordBoundary",
  B: "notWordBoundary",
  A: "textStart",
  z: "textEnd",
};
