/**
 * Random patterns of RE2 syntax, and texts that they have a fair chance to match.
 *
 * Owns the grammar that is drawn from. All chance comes from the seeded source that is passed in.
 */
import type { Random } from "../../bench/corpora/random.ts";
import { type CharSet, has } from "../../src/core/pattern/charset.ts";
import type { Node } from "../../src/core/pattern/syntax.ts";

/** Characters that differ only in case, or seem to: dotless i, and Latin letters that look like signs, are traps. */
const FAMILIES = [
  "aA",
  "bB",
  "kK\u212a",
  "sS\u017f",
  "iI\u0130\u0131",
  "éÉ",
  "åÅ\u212b",
  "\u00b5\u03bc\u039c",
  "σΣς",
  "ßẞ",
  "жЖ",
  "ǅǆǄ",
  "Ⅰⅰ",
  "𐐀𐐨",
].map((family) => [...family]);
/** Ends of classes, and characters whose encodings are the first or last of their length. All older than RE2's Unicode. */
const CHARACTERS = [
  ...FAMILIES.flat(),
  ..."xz019_-. \n\t\v\f\r,:/\\]^$|(){}*+?@`[{~\0\x1c\x1f\x7f\x80\x85\xa0٣א۳日本한ア\u07ff\u0800\uffff\u{10000}𝄞😀\u{10ffff}",
];
/** What a pattern is disturbed with: single characters, and whole mistakes. */
const NOISE = [
  ..."\\\\((([[)]{}*+?|^$-:.,!<=>PpQEx01278imsU",
  ..."** {2}{3} a*? \\1 \\8 \\18 \\123 \\0778 \\E \\Q (?-) (?) (?i-) (?<n> (?P<n> (?P=n) (?P<é> (?= [[:x:]] [[:alpha:] [a-\\d] [\\w-z] [-a] []a] [^]a] \\p \\p{ \\p{Nope} \\pé \\x{ \\x{110000} \\x4 \\é \\_ \\Z \\u00e9 \\c {1001} {2,1} {1,1000} (?:a{100}){11} (?:a{10}){100} ()* |* ^* \\b+ (|b)* {,3} {00} a{2}".split(
    " ",
  ),
];

const POSIX = ["alpha", "^digit", "word", "space", "punct", "xdigit", "cntrl", "^print", "lower", "blank", "graph"];
const UNICODE =
  "L Lu Ll Lt Lm Lo N Nd Nl No P Pd S Sc Sm Z Zs C Cc Cf M Mn Any Greek Latin Cyrillic Han Arabic Common Deseret".split(
    " ",
  );
const REPEATS = ["*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{0,2}?", "{2,}", "{0}", "{,2}", "{01}", "{3"];
const FLAGS = ["i", "s", "m", "U", "-i", "-s", "i-s", "is", "ms-i"];
const DEPTH_LIMIT = 3;
const TEXT_LIMIT = 24;
const LONGEST_NOISE = 8;
const NOISE_SHARE = 0.2;

/** A few characters that a pattern and its texts are mostly made of, so that they meet. */
export class PatternDraw {
  private readonly random: Random;
  private readonly alphabet: readonly string[];

  constructor(random: Random) {
    this.random = random;
    this.alphabet = [
      ...random.pick(FAMILIES),
      ...random.pick(FAMILIES),
      ...Array.from({ length: 3 }, () => random.pick(CHARACTERS)),
    ];
  }

  pattern(): string {
    const { random } = this;
    const pattern = (random.next() < 0.2 ? "(?i)" : "") + this.alternation(0);
    return random.next() < NOISE_SHARE ? disturbed(random, pattern) : pattern;
  }

  /** Most are drawn from what the tree matches, often with a change; the rest is anything. */
  text(tree: Node): string {
    const { random } = this;
    const characters =
      random.next() < 0.7
        ? this.sample(tree)
        : Array.from({ length: random.int(0, LONGEST_NOISE) }, () => this.character());
    for (let changes = random.int(0, 2); changes > 0; changes--) {
      const at = random.int(0, characters.length);
      const choice = random.next();
      if (choice < 0.3) characters.splice(at, 0, this.character());
      else if (choice < 0.5) characters.splice(at, 1);
      else if (at < characters.length) characters[at] = this.sibling(characters[at]);
    }
    return characters.slice(0, TEXT_LIMIT).join("");
  }

  private character(): string {
    return this.random.pick(this.random.next() < 0.75 ? this.alphabet : CHARACTERS);
  }

  private sibling(character: string): string {
    const family = FAMILIES.find((members) => members.includes(character));
    return family === undefined ? this.character() : this.random.pick(family);
  }

  private alternation(depth: number): string {
    const count = this.random.next() < 0.75 ? 1 : this.random.int(2, 3);
    return Array.from({ length: count }, () => this.sequence(depth)).join("|");
  }

  private sequence(depth: number): string {
    const count = this.random.int(this.random.next() < 0.1 ? 0 : 1, depth === 0 ? 5 : 3);
    return Array.from({ length: count }, () => this.piece(depth)).join("");
  }

  private piece(depth: number): string {
    const atom = this.atom(depth);
    return this.random.next() < 0.3 ? atom + this.random.pick(REPEATS) : atom;
  }

  private atom(depth: number): string {
    const { random } = this;
    const choice = random.next();
    if (choice < 0.36) return this.literal();
    if (choice < 0.48) return this.bracket();
    if (choice < 0.56) return this.namedClass();
    if (choice < 0.62) return ".";
    if (choice < 0.7) return random.pick(["^", "$", "\\b", "\\B", "\\A", "\\z"]);
    if (choice < 0.75) return `(?${random.pick(FLAGS)})`;
    if (choice < 0.78) return this.quotation();
    if (depth >= DEPTH_LIMIT) return this.literal();
    return random.pick(["(", "(?:", "(?P<n>", `(?${random.pick(FLAGS)}:`]) + this.alternation(depth + 1) + ")";
  }

  private quotation(): string {
    const quoted = Array.from({ length: this.random.int(0, 3) }, () => this.character()).join("");
    return `\\Q${quoted}${this.random.next() < 0.1 ? "" : String.raw`\E`}`;
  }

  private literal(): string {
    const character = this.character();
    const point = character.codePointAt(0) as number;
    const choice = this.random.next();
    if (choice < 0.06) return `\\x{${point.toString(16)}}`;
    if (choice < 0.1 && point <= 0xff) return `\\x${point.toString(16).padStart(2, "0")}`;
    if (choice < 0.15 && point <= 0o777) return `\\${point.toString(8).padStart(3, "0")}`;
    return /^[\\.^$|()[\]{}*+?]$/.test(character) ? `\\${character}` : character;
  }

  private namedClass(): string {
    const { random } = this;
    if (random.next() < 0.6) return `\\${random.pick([..."dDsSwW"])}`;
    const name = random.pick(UNICODE);
    const letter = random.next() < 0.3 ? "P" : "p";
    if (name.length === 1 && random.next() < 0.5) return `\\${letter}${name}`;
    return `\\${letter}{${random.next() < 0.2 ? "^" : ""}${name}}`;
  }

  private bracket(): string {
    const { random } = this;
    const items = Array.from({ length: random.int(1, 4) }, () => this.bracketItem()).join("");
    return `[${random.next() < 0.25 ? "^" : ""}${random.next() < 0.05 ? "]" : ""}${items}]`;
  }

  private bracketItem(): string {
    const { random } = this;
    const choice = random.next();
    if (choice < 0.5) return escaped(this.character());
    if (choice < 0.7) return this.range();
    if (choice < 0.82) return `[:${random.pick(POSIX)}:]`;
    return choice < 0.95 ? this.namedClass() : "-";
  }

  private range(): string {
    const ends = [this.character(), this.character()];
    const [from, to] = ends.toSorted((a, b) => (a.codePointAt(0) as number) - (b.codePointAt(0) as number));
    return `${escaped(from)}-${escaped(to)}`;
  }

  private sample(node: Node): string[] {
    switch (node.kind) {
      case "empty":
      case "assert":
        return [];
      case "class":
        return [this.memberOf(node.set)];
      case "concat":
        return node.parts.flatMap((part) => this.sample(part));
      case "alternate":
        return this.sample(this.random.pick(node.parts));
      case "repeat": {
        const count = Math.min(TEXT_LIMIT, this.random.int(node.min, Math.min(node.max, node.min + 3)));
        return Array.from({ length: count }, () => this.sample(node.body)).flat();
      }
    }
  }

  private memberOf(set: CharSet): string {
    const isMember = (character: string): boolean => has(set, character.codePointAt(0) as number);
    const near = this.alphabet.filter(isMember);
    const members = near.length > 0 ? near : CHARACTERS.filter(isMember);
    return members.length === 0 ? this.character() : this.random.pick(members);
  }
}

function escaped(character: string): string {
  return /^[\\\]^[-]$/.test(character) ? `\\${character}` : character;
}

/** Noise in one to three places: what is left is often refused, and has to be refused alike. */
function disturbed(random: Random, pattern: string): string {
  const characters = [...pattern];
  for (let count = random.int(1, 3); count > 0; count--) {
    const at = random.int(0, characters.length);
    if (random.next() < 0.5) characters.splice(at, 1);
    else characters.splice(at, 0, random.pick(NOISE));
  }
  return characters.join("");
}
