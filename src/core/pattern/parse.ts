/**
 * RE2 syntax to a syntax tree.
 *
 * Owns the grammar and its refusals: each names the position and what to write instead. Greedy and lazy
 * repeats parse alike, because the engine asks for every end of a match and picks the longest. What RE2 refuses is
 * refused, so that a pattern means the same wherever it runs.
 */
import type { CharSet } from "./charset.ts";
import { ClassReader } from "./class-syntax.ts";
import { ANY, ANY_BUT_NEWLINE } from "./classes.ts";
import { Cursor } from "./cursor.ts";
import type { Assertion, Node } from "./syntax.ts";

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

/** Something that can be repeated, and how often the repeats inside it multiply up to. */
interface Part {
  readonly node: Node;
  readonly count: number;
}

interface Range {
  readonly min: number;
  readonly max: number;
}

interface Count extends Range {
  readonly length: number;
}

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
    const { node } = this.alternation();
    if (!this.cursor.isAtEnd()) this.cursor.fail("unmatched ')'; write \\) for the character");
    return node;
  }

  private alternation(): Part {
    if (++this.depth > NESTING_LIMIT) this.cursor.fail(`groups are nested deeper than ${NESTING_LIMIT}`);
    const parts = [this.concatenation()];
    while (this.cursor.take("|")) parts.push(this.concatenation());
    this.depth--;
    return joined("alternate", parts);
  }

  private concatenation(): Part {
    const { cursor } = this;
    const parts: Part[] = [];
    for (let isRepeat = false; ;) {
      const next = cursor.peek();
      if (next === undefined || next === "|" || next === ")") break;
      const start = cursor.at;
      const range = this.repeatRange();
      if (range === undefined) parts.push(...this.atoms());
      else {
        if (isRepeat) this.refuseStacked(start);
        parts.push(this.repeated(parts.pop(), range, start));
      }
      isRepeat = range !== undefined;
    }
    return joined("concat", parts);
  }

  private repeated(part: Part | undefined, { min, max }: Range, start: number): Part {
    const { cursor } = this;
    if (part === undefined) {
      const character = cursor.text[start];
      this.cursor.fail(`nothing to repeat before '${character}'; write \\${character} for the character`, start);
    }
    if (max < min) this.cursor.fail("the repeat's maximum is below its minimum", start);
    const isCounted = cursor.text[start] === "{";
    const own = isCounted ? Math.max(1, max === Infinity ? min : max) : 1;
    const count = part.count * own;
    if (own > 1 && count > REPEAT_LIMIT)
      this.cursor.fail(`repeats within repeats count up to ${count}, over ${REPEAT_LIMIT}; use smaller counts`, start);
    return { node: { kind: "repeat", body: part.node, min, max }, count };
  }

  private refuseStacked(start: number): never {
    if (this.cursor.text[start] === "+")
      return this.cursor.fail("possessive repeats are not supported; write the plain repeat", start);
    return this.cursor.fail("a repeat of a repeat; put the inner one in a group", start);
  }

  /** A repeat and its `?`; undefined, and nothing read, when something else stands here. */
  private repeatRange(): Range | undefined {
    const range = this.greedyRange();
    if (range !== undefined) this.cursor.take("?");
    return range;
  }

  private greedyRange(): Range | undefined {
    const { cursor } = this;
    if (cursor.take("*")) return { min: 0, max: Infinity };
    if (cursor.take("+")) return { min: 1, max: Infinity };
    if (cursor.take("?")) return { min: 0, max: 1 };
    const counted = this.countAhead();
    if (counted === undefined) return undefined;
    if (counted.min > REPEAT_LIMIT || (counted.max !== Infinity && counted.max > REPEAT_LIMIT))
      this.cursor.fail(`a repeat count is over ${REPEAT_LIMIT}; use * with maxLength`);
    cursor.at += counted.length;
    return counted;
  }

  // A `{` that does not begin a count is the character itself, and so is one with a leading zero, as in RE2.
  private countAhead(): Count | undefined {
    if (this.cursor.peek() !== "{") return undefined;
    const match = /^\{(0|[1-9]\d{0,8})(,(0|[1-9]\d{0,8})?)?\}/.exec(this.cursor.ahead(LONGEST_COUNT));
    if (match === null) return undefined;
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] === undefined ? Infinity : Number(match[3]);
    return { min, max, length: match[0].length };
  }

  /** What the next characters stand for: often one part, none for `(?i)`, many for `\Q…\E`. */
  private atoms(): Part[] {
    const { cursor, classes } = this;
    const start = cursor.at;
    classes.isFolding = this.flags.ignoreCase;
    if (cursor.peek() === "\\") return this.escaped();
    const character = cursor.next();
    switch (character) {
      case "(":
        return this.group(start);
      case "[":
        return [characterOf(classes.bracket(start))];
      case ".":
        return [characterOf(this.flags.dotAll ? ANY : ANY_BUT_NEWLINE)];
      case "^":
        return [assertion(this.flags.multiLine ? "lineStart" : "textStart")];
      case "$":
        return [assertion(this.flags.multiLine ? "lineEnd" : "textEnd")];
      default:
        return [characterOf(classes.literal(character))];
    }
  }

  private escaped(): Part[] {
    const { cursor, classes } = this;
    const start = cursor.at;
    const name = cursor.peek(1) ?? "";
    if (name === "C") this.cursor.fail("\\C is not supported: matches are whole characters; write (?s:.)", start);
    if (cursor.take("\\Q")) return this.quoted();
    if (!Object.hasOwn(ASSERTION_ESCAPES, name)) return [characterOf(classes.escape())];
    cursor.at += 2;
    return [assertion(ASSERTION_ESCAPES[name])];
  }

  private quoted(): Part[] {
    const { cursor, classes } = this;
    const parts: Part[] = [];
    while (!cursor.isAtEnd() && !cursor.take("\\E")) parts.push(characterOf(classes.literal(cursor.next())));
    return parts;
  }

  private group(start: number): Part[] {
    const { cursor } = this;
    const outer = this.flags;
    if (cursor.take("?") && !cursor.take(":")) {
      for (const [opening, reason] of REFUSED_GROUPS) if (cursor.startsWith(opening)) this.cursor.fail(reason, start);
      if (cursor.take("P<")) this.groupName(start);
      else if (this.flagGroup(start)) return [];
    }
    const body = this.alternation();
    if (!cursor.take(")")) this.cursor.fail("the group has no ')'; write \\( for the character", start);
    this.flags = outer;
    return [body];
  }

  private groupName(start: number): void {
    const name = this.cursor.takeUntil(">");
    if (name === undefined) this.cursor.fail("the group's name has no '>'", start);
    if (!/^\w+$/.test(name)) this.cursor.fail("a group's name is of the characters a-z A-Z 0-9 _", start);
  }

  /** Reads `i-s:` after `(?`. True when the flags hold from here on: `(?i)`. */
  private flagGroup(start: number): boolean {
    const { cursor } = this;
    const match = /^([imsU]*)(-[imsU]+)?([:)])/.exec(cursor.ahead(LONGEST_FLAGS));
    if (match === null) this.cursor.fail("unknown group flag; i, s, m and U exist, as in (?i) or (?s-i:…)", start);
    const [all, on, off = "", end] = match;
    cursor.at += all.length;
    const set = (flag: string, before: boolean): boolean => !off.includes(flag) && (on.includes(flag) || before);
    this.flags = {
      ignoreCase: set("i", this.flags.ignoreCase),
      dotAll: set("s", this.flags.dotAll),
      multiLine: set("m", this.flags.multiLine),
    };
    return end === ")";
  }
}

/** `{999999999,999999999}`: longer numbers are not counts. */
const LONGEST_COUNT = 21;
/** More than anybody writes, a few of each. */
const LONGEST_FLAGS = 64;

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

function assertion(name: Assertion): Part {
  return { node: { kind: "assert", assertion: name }, count: 1 };
}

function characterOf(set: CharSet): Part {
  return { node: { kind: "class", set }, count: 1 };
}

function joined(kind: "alternate" | "concat", parts: readonly Part[]): Part {
  if (parts.length === 1) return parts[0];
  if (parts.length === 0) return { node: { kind: "empty" }, count: 1 };
  return { node: { kind, parts: parts.map(({ node }) => node) }, count: Math.max(...parts.map(({ count }) => count)) };
}
