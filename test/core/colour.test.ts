/** What colours text on a terminal, read backwards in bytes, against regular expressions and against the automaton's reading. */
import { describe, expect, test } from "vitest";
import { COLOUR, endsColour, isColourBefore, mayBeColourBefore, withoutColour } from "../../src/core/colour.ts";
import { LEAD, nextLead } from "../../src/core/pattern/boundary.ts";

const ENDING = new RegExp(`${COLOUR}$`);
/** Before a value the bracket may stand anywhere, and of a sequence no more than 20 bytes are looked at. */
const BEFORE_VALUE = new RegExp(String.raw`\u001b[[\d;]{0,18}m$`);
const CUT = /^[[\d;]{0,19}m$/;

const SIGNS = ["\u001b", "[", ";", "3", "m", "x", "%"];

function* textsOf(length: number): Generator<string> {
  if (length === 0) yield "";
  else for (const rest of textsOf(length - 1)) for (const sign of SIGNS) yield sign + rest;
}

const SHORT = [0, 1, 2, 3, 4, 5].flatMap((length) => [...textsOf(length)]);
const LONG = ["\u001b[", "\u001b", "x\u001b[", "[", "x[", ""].flatMap((opening) =>
  Array.from({ length: 25 }, (_, count) => `${opening}${"1;".repeat(13).slice(0, count)}m`),
);
const TEXTS = [...SHORT, ...LONG];

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Whatever stood before the text, an escape may have. */
function mayBeByAutomaton(text: string): boolean {
  const bytes = bytesOf(text.slice(-20));
  return (
    text.endsWith("m") && bytes.reduce<number>((lead, byte) => nextLead(lead as never, byte), LEAD.escape) === LEAD.open
  );
}

describe("a sequence of colours", () => {
  test("is told before a value as its definition says", () => {
    const other = TEXTS.filter((text) => isColourBefore(bytesOf(text), text.length) !== BEFORE_VALUE.test(text));
    expect(other).toEqual([]);
  });

  test("may be one where it is cut, and the automaton says the same", () => {
    const tell = (text: string): boolean => mayBeColourBefore(bytesOf(text), text.length);
    expect(TEXTS.filter((text) => tell(text) !== mayBeByAutomaton(text))).toEqual([]);
    const isCut = (text: string): boolean => BEFORE_VALUE.test(text) || CUT.test(text.slice(-20));
    expect(TEXTS.filter((text) => tell(text) !== isCut(text))).toEqual([]);
  });

  test("ends with its letter in whatever part of the text is looked at", () => {
    for (const start of [0, 1, 2]) {
      const tell = (text: string): boolean => endsColour(bytesOf(text), start, text.length - 1);
      expect(TEXTS.filter((text) => tell(text) !== ENDING.test(text.slice(start)))).toEqual([]);
    }
  });

  test("is no part of a name behind it", () => {
    expect(withoutColour("31mphone", "x \u001b[")).toBe("phone");
    expect(withoutColour("1mphone", "\u001b[3;")).toBe("phone");
    expect(withoutColour("mphone", "\u001b[")).toBe("phone");
    for (const before of [" ", "m", "", "user[", "a;"]) expect(withoutColour("31mphone", before)).toBe("31mphone");
    expect(withoutColour("3xphone", "\u001b[")).toBe("3xphone");
  });
});
