/** Patterns mean what they say: against the platform's own expressions, over random patterns and texts. */
import { array, assert, constantFrom, oneof, pre, property, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import type { Detector } from "../../src/core/detector.ts";
import { compilePolicy, maskWhole } from "../../src/core/index.ts";
import { has } from "../../src/core/pattern/charset.ts";
import { byteTrie } from "../../src/core/pattern/utf8.ts";
import { Dfa, HAS_MATCH, NO_THREAD } from "../../src/core/pattern/dfa.ts";
import { KIND } from "../../src/core/pattern/neighbour.ts";
import { parsePattern, PatternError } from "../../src/core/pattern/parse.ts";
import { compileProgram } from "../../src/core/pattern/program.ts";
import { foldCodePoint, isIgnorable, unfold } from "../../src/core/pattern/unicode.ts";
import { tries } from "../support/seed.ts";

/** Ends, in bytes, of all matches that begin at the start of the text. */
function endsOf(pattern: string, text: string, stateLimit?: number): number[] {
  const program = compileProgram([{ pattern, maxLength: 10_000 }], { fold: "none" });
  const dfa = new Dfa(program, {
    patterns: [0],
    isUnanchored: false,
    ...(stateLimit === undefined ? {} : { stateLimit }),
  });
  const bytes = new TextEncoder().encode(text);
  const ends: number[] = [];
  let entry = dfa.start(KIND.none);
  for (let at = 0; at < bytes.length; at++) {
    entry = dfa.step(entry, bytes[at]);
    if ((entry & HAS_MATCH) !== 0 && at > 0) ends.push(at);
    if ((entry & NO_THREAD) !== 0) return ends;
  }
  if (dfa.matchesAtEnd(entry).length > 0) ends.push(bytes.length);
  return ends;
}

/** The same by the platform: the expression has to match each beginning of the text as a whole. */
function endsByPlatform(pattern: string, text: string): number[] {
  const ends: number[] = [];
  const characters = [...text];
  for (let count = 1; count <= characters.length; count++) {
    const before = characters.slice(0, count).join("");
    const after = characters.slice(count).join("");
    // The rest stays in view for assertions at the end of the match.
    const expression = new RegExp(`^(?:${pattern})`, "u");
    const isMatch = new RegExp(
      `^(?:${pattern})(?=${after.replaceAll(/[^\n]/gu, (c) => `\\u{${(c.codePointAt(0) as number).toString(16)}}`)}$)`,
      "u",
    ).test(before + after);
    if (expression.test(text) && isMatch) ends.push(new TextEncoder().encode(before).length);
  }
  return ends;
}

const atom = constantFrom(
  "a",
  "b",
  "[ab]",
  "[^a]",
  "\\d",
  "\\w",
  ".",
  "é",
  "[α-ω]",
  "(?:ab|b)",
  "\\.",
  "c",
  "[0-4]",
  "𝄞",
  "\\b",
  "\\B",
);
const repeat = constantFrom("", "", "", "*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}");
const sequence = array(
  tuple(atom, repeat).map(([a, r]) => (a.startsWith("\\b") || a.startsWith("\\B") ? a : a + r)),
  { minLength: 1, maxLength: 5 },
).map((parts) => parts.join(""));
const pattern = oneof(
  sequence,
  tuple(sequence, sequence).map(([a, b]) => `${a}|${b}`),
  tuple(sequence, sequence, repeat).map(([a, b, r]) => `(?:${a}|${b})${r}`),
);
const text = array(constantFrom("a", "b", "c", "ab", "1", "7", ".", " ", "é", "λ", "𝄞", "_", "-"), {
  maxLength: 10,
}).map((parts) => parts.join(""));

describe("the automaton and the platform agree", () => {
  test("on random patterns and texts", () => {
    assert(
      property(pattern, text, (p, t) => {
        pre(parsePattern(p).shortest > 0);
        expect(endsOf(p, t)).toEqual(endsByPlatform(p, t));
      }),
      tries(3000, 42),
    );
  });

  test("also when the table is cleared all the time", () => {
    assert(
      property(pattern, text, (p, t) => {
        pre(parsePattern(p).shortest > 0);
        expect(endsOf(p, t, 2)).toEqual(endsOf(p, t));
      }),
      tries(500, 43),
    );
  });
});

describe("refusals name position and reason", () => {
  test.each([
    ["a(b", /no '\)'.*character 2/],
    ["a)b", /unmatched '\)'/],
    ["[a", /no '\]'/],
    ["*a", /nothing to repeat/],
    ["a**", /repeat of a repeat/],
    ["a{3,2}", /maximum is below/],
    ["a{1,1001}", /over 1000/],
    ["(?=a)", /lookaround/],
    ["(?<!a)b", /lookaround/],
    ["(a)\\1", /back-references/],
    ["\\p{Nope}", /unknown Unicode class/],
    ["\\y", /unknown escape/],
    ["[z-a]", /runs backwards/],
    ["[[:nope:]]", /POSIX/],
    ["(?q)a", /unknown group flag/],
    ["a\\", /lone backslash/],
    ["a++", /possessive/],
    ["\\x{110000}", /over 10FFFF/],
    ["(".repeat(300), /nested deeper/],
  ])("%s", (source, reason) => {
    expect(() => parsePattern(source)).toThrow(PatternError);
    expect(() => parsePattern(source)).toThrow(reason);
  });

  test.each([
    ["a*", /match nothing/],
    ["a+", /no longest match/],
    ["a{2,}", /no longest match/],
  ])("%s has no bound", (source, reason) => {
    expect(() => compileProgram([{ pattern: source }])).toThrow(reason);
  });
});

describe("longest matches", () => {
  test.each([
    ["abc", 3],
    ["a{2,5}b?", 6],
    ["(?:ab|c){1,3}", 6],
    ["a*", Infinity],
    ["\\bfoo$", 3],
    ["", 0],
  ])("%s", (source, longest) => {
    expect(parsePattern(source).longest).toBe(longest);
  });
});

describe("characters as bytes", () => {
  const accepts = (trie: ReturnType<typeof byteTrie>, bytes: Uint8Array): boolean => {
    let nodes = new Set([0]);
    let isAccepted = false;
    for (const byte of bytes) {
      const next = new Set<number>();
      isAccepted = false;
      for (const node of nodes)
        for (const edge of trie[node])
          if (byte >= edge.lo && byte <= edge.hi) {
            if (edge.to < 0) isAccepted = true;
            else next.add(edge.to);
          }
      nodes = next;
    }
    return isAccepted;
  };

  test("a trie holds exactly its code points", () => {
    const edges = [
      0, 0x41, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xfffd, 0xffff, 0x10000, 0x3ffff, 0x40000, 0x10ffff,
    ];
    for (const lo of edges) {
      for (const hi of edges.filter((end) => end >= lo)) {
        const trie = byteTrie([lo, hi], { percent: false });
        for (const edge of edges) {
          for (const c of [edge - 1, edge, edge + 1]) {
            if (c < 0 || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) continue;
            expect(accepts(trie, new TextEncoder().encode(String.fromCodePoint(c)))).toBe(c >= lo && c <= hi);
          }
        }
      }
    }
  });

  test("ASCII also counts percent-encoded, in both cases of hex", () => {
    const trie = byteTrie([0x2f, 0x2f, 0x40, 0x40], { percent: true });
    for (const form of ["@", "%40", "/", "%2F", "%2f"])
      expect(accepts(trie, new TextEncoder().encode(form))).toBe(true);
    for (const form of ["%", "%4", "%41", "4"]) expect(accepts(trie, new TextEncoder().encode(form))).toBe(false);
  });
});

describe("folding", () => {
  test.each([
    ["４", "4"],
    ["٤", "4"],
    ["४", "4"],
    ["𝟒", "4"],
    ["\u00a0", " "],
    ["\u2007", " "],
    ["–", "-"],
    ["−", "-"],
    ["＠", "@"],
    ["Ａ", "A"],
    ["ｚ", "z"],
    ["é", "é"],
    ["字", "字"],
  ])("%s reads as %s", (from, to) => {
    const point = from.codePointAt(0) as number;
    expect(String.fromCodePoint(foldCodePoint(point))).toBe(to);
    expect(
      unfold([to.codePointAt(0) as number, to.codePointAt(0) as number]).some(
        (_, i, set) => i % 2 === 0 && point >= set[i] && point <= set[i + 1],
      ),
    ).toBe(true);
  });

  test("a class means the characters that fold into it, and no others", () => {
    const sets = [".", "[^a-z]", "[a-z]", String.raw`\s`, "\u2010", "\uff21", "\u200b"];
    for (const source of sets) {
      const node = parsePattern(source);
      const set = node.kind === "class" ? node.set : [];
      expect(set).not.toEqual([]);
      const raw = unfold(set);
      for (let c = 0; c <= 0x10ffff; c++) {
        const isMember = !isIgnorable(c) && has(set, foldCodePoint(c));
        if (has(raw, c) !== isMember) expect.unreachable(`${source}: U+${c.toString(16)}`);
      }
    }
  });

  test("every decimal digit of Unicode folds to its value", () => {
    for (let c = 0; c <= 0x10ffff; c++) {
      if ((c >= 0xd800 && c <= 0xdfff) || !/\p{Nd}/u.test(String.fromCodePoint(c))) continue;
      const folded = String.fromCodePoint(foldCodePoint(c));
      expect(folded).toMatch(/^[0-9]$/);
      // Neighbours in a run of ten count up.
      if (/\p{Nd}/u.test(String.fromCodePoint(c + 1)) && folded !== "9")
        expect(Number(String.fromCodePoint(foldCodePoint(c + 1)))).toBe(Number(folded) + 1);
    }
  });

  test.each(["\u200b", "\u200d", "\u00ad", "\ufeff", "\u0000", "\ufffd", "\ufe0f"])(
    "%j vanishes inside a value",
    (character) => {
      expect(isIgnorable(character.codePointAt(0) as number)).toBe(true);
    },
  );
});

describe("an assertion holds where a disguise could make it hold", () => {
  const detector: Detector = {
    entity: "NUMBER",
    source: "this test",
    pattern: String.raw`\b\d{9}\b`,
    boundary: "none",
    validate: () => 1,
    hits: [],
    misses: [],
  };
  const policy = compilePolicy({}, { detectors: [detector] });
  test.each([
    ["plain", "is 123456789!", "is [NUMBER]!"],
    ["inside a word", "a123456789", "a123456789"],
    ["inside a number", "0123456789", "0123456789"],
    ["full-width digits", "is １２３４５６７８９!", "is [NUMBER]!"],
    ["one disguised digit at an end", "is １23456789!", "is [NUMBER]!"],
    ["an escaped space before", "q=a%20123456789", "q=a%20[NUMBER]"],
    ["an escaped space behind", "123456789%20a", "[NUMBER]%20a"],
    ["an escaped digit", "is %3123456789!", "is [NUMBER]!"],
    ["an invisible character before", "is \u200b123456789!", "is \u200b[NUMBER]!"],
    ["a percent sign before", "100%123456789", "100%[NUMBER]"],
  ])("%s", (_, input, output) => {
    expect(Buffer.from(maskWhole(policy, "text", Buffer.from(input))).toString()).toBe(output);
  });
});
