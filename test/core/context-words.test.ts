import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeUtf8 } from "../../src/core/bytes.ts";
import { ContextWords } from "../../src/core/context-words.ts";
import { foldSpan } from "../../src/core/folded-text.ts";
import { hasWord } from "../../src/core/words.ts";
import { tries } from "../support/seed.ts";

const WORDS = ["born", "née", "né", "dob", "numéro fiscal", "account number", "id nr", "łódź", "电话"];
const list = new ContextWords(WORDS);

function wordsIn(text: string, words = list): readonly string[] | undefined {
  const bytes = encodeUtf8(text);
  const found = words.wordsIn(bytes, 0, bytes.length);
  return found && [...found].toSorted();
}

describe("context words on bytes", () => {
  it.each([
    ["Zürich, dob", ["dob"]],
    ["Née à Zürich – “born” ", ["born", "née"]],
    ["NÉE", ["née"]],
    ["né·née", ["né", "née"]],
    ["dateNée", ["née"]],
    ["numéro fiscal", ["numéro fiscal"]],
    ["Numéro · Fiscal 12", ["numéro fiscal"]],
    ["the account № of", undefined],
    ["the café of 42 % boxes", []],
    ["accountNumber", ["account number"]],
    ["stubborn dobé", []],
  ])("%j holds %j", (text, expected) => {
    expect(wordsIn(text)).toEqual(expected);
  });

  it("leaves letters beyond Latin-1 to the slower way only where a word may have them", () => {
    expect(wordsIn("Łukasz dob")).toBeUndefined();
    expect(wordsIn("Łukasz dob", new ContextWords(["dob", "née"]))).toEqual(["dob"]);
    expect(wordsIn("dobŁukasz", new ContextWords(["dob"]))).toBeUndefined();
  });

  it.each(["do\u200bb", "ｄｏｂ", "ne\u0301e", "%64ob", "ſ", "µ", "İ"])("does not judge %j, which folds", (text) => {
    expect(wordsIn(text)).toBeUndefined();
  });

  const PIECES = [
    ...WORDS,
    "Né",
    "DOB",
    "Ł",
    "ß",
    "é",
    "É",
    "x",
    "X",
    " ",
    "-",
    "–",
    "1",
    "%",
    "%6e",
    "\u00a0",
    "ſ",
    "İ",
  ];
  const MORE = ["\u00ad", "\u200b", "\u0301", "“", "×", "account", "Number", "Fiscal", "NUMÉRO", "ŉ", "№"];

  it("misses no word that stands in the folded text", () => {
    const text = fc.array(fc.constantFrom(...PIECES, ...MORE), { maxLength: 8 }).map((pieces) => pieces.join(""));
    let seen = 0;
    const check = (words: readonly string[], input: string): void => {
      const found = wordsIn(input, new ContextWords(words));
      if (found === undefined) return;
      const bytes = encodeUtf8(input);
      const folded = foldSpan(bytes, 0, bytes.length);
      for (const word of words.filter((one) => hasWord(folded, [one]))) {
        seen++;
        expect(found, input).toContain(word);
      }
    };
    fc.assert(
      fc.property(text, (input) => {
        check(WORDS, input);
        check(["born", "née", "né", "dob", "numéro fiscal", "account number"], input);
      }),
      tries(5000),
    );
    expect(seen).toBeGreaterThan(100);
  });

  it.each([
    ["fbd02aba2456", false],
    ["02abA2456", false],
    ["aba2456", true],
    ["fbd02aba", true],
    ["contact1Aba: ", true],
    ["aba1=", true],
    ["2aba 2456", true],
    ["2 aba2456", true],
    ["2aba2 aba", true],
    ["account2Number 3", true],
    ["account2number3", false],
    ["account 1x2 number", false],
    ["1account2 number", false],
    ["id nr", false],
  ])("takes what stands between digits for a piece of an identifier: %j", (text, expected) => {
    const words = new ContextWords(["aba", "account number"]);
    const bytes = encodeUtf8(text);
    expect(words.inText(text)).toBe(expected);
    expect(words.inBytes(bytes, 0, bytes.length) ?? words.inText(text)).toBe(expected);
  });

  it("tells the same of bytes as of text", () => {
    const pieces = fc.constantFrom(
      "aba",
      "Aba",
      "account",
      "Number",
      "number",
      "x",
      "X",
      "1",
      "23",
      " ",
      "-",
      "é",
      "%",
    );
    const words = new ContextWords(["aba", "account number"]);
    const judged = new Set<boolean>();
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 9 }), (parts) => {
        const text = parts.join("");
        const bytes = encodeUtf8(text);
        const answer = words.inBytes(bytes, 0, bytes.length);
        if (answer === undefined) return;
        judged.add(answer);
        expect(answer, text).toBe(hasWord(text, words.words));
      }),
      tries(5000),
    );
    expect(judged.size).toBe(2);
  });

  const GLANCED = ["aba", "account number", "resident id", "tz", "e gk", "d nummer", "z", "née"];
  const glance = (text: string): number => {
    const bytes = encodeUtf8(text);
    return new ContextWords(GLANCED).glance(bytes, 0, bytes.length);
  };

  it("misses no word at a glance", () => {
    const cases = (word: string): string[] => [word, word.toUpperCase(), word[0].toUpperCase() + word.slice(1)];
    const pieces = fc.constantFrom(
      ...GLANCED.flatMap((word) => word.split(" ")).flatMap(cases),
      "x",
      "X",
      "ab",
      "Ab",
      "1",
      "_",
      " ",
      "-",
      "é",
      "%",
      "\u00a0",
    );
    const judged = new Set<boolean>();
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 9 }), (parts) => {
        const text = parts.join("");
        const found = wordsIn(text, new ContextWords(GLANCED));
        judged.add(glance(text) === 0);
        if (glance(text) !== 0) return;
        expect(found, text).toEqual([]);
        expect(hasWord(text, GLANCED), text).toBe(false);
      }),
      tries(5000),
    );
    expect(judged.size).toBe(2);
  });

  it.each([
    ["trace_id 12", 0],
    ["tax id of users", 0],
    ["cabal 12", 0],
    ["12-34!@#`~ 1a2b", 0],
    ["anAba", 1],
    ["myTz", 1],
    ["1z", 1],
    ["50 %", 2],
  ])("sees in %j no more than stands there", (text, expected) => {
    expect(glance(text)).toBe(expected);
  });

  it("says nothing of words that hold more than letters", () => {
    const words = new ContextWords(["ipv6", "dob"]);
    expect(words.mayHoldOf([])).toBe(true);
    expect(new ContextWords(["dob"]).mayHoldOf(["born"])).toBe(false);
  });
});
