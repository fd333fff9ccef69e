/** From a redacted text back to what was redacted. */
import { array, assert, constant, constantFrom, oneof, property, record, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { alignTokens, differenceOf, type Replaced } from "../../bench/quality/peers/spans.ts";
import { tries } from "../support/seed.ts";

const TOKEN = /\[(\w+)\]/g;

/** Oracle: whoever puts the tokens into the input must get the output. */
function redact(input: string, replaced: readonly Replaced[]): string {
  let output = "";
  let at = 0;
  for (const { start, end, token } of replaced) {
    output += input.slice(at, start) + token;
    at = end;
  }
  return output + input.slice(at);
}

describe("a redacted text", () => {
  it.each([
    ["nothing is redacted", "mail a@b.c", "mail a@b.c", []],
    ["one value", "mail a@b.c now", "mail [EMAIL] now", [["EMAIL", "a@b.c"]]],
    ["the whole text", "a@b.c", "[EMAIL]", [["EMAIL", "a@b.c"]]],
    [
      "at both ends",
      "a@b.c, 555 0132",
      "[EMAIL], [PHONE]",
      [
        ["EMAIL", "a@b.c"],
        ["PHONE", "555 0132"],
      ],
    ],
    ["a value that is longer than what follows it", "x. y. z", "[A] z", [["A", "x. y."]]],
    ["a part that the value has too", "a-b-c-d", "[A]-c-d", [["A", "a-b"]]],
    ["a token that stood in the text", "[EMAIL] a@b.c", "[EMAIL] [EMAIL]", [["EMAIL", "a@b.c"]]],
    ["only a token that stood in the text", "see [EMAIL].", "see [EMAIL].", []],
    [
      "two tokens side by side",
      "12",
      "[A][B]",
      [
        ["A", "1"],
        ["B", "2"],
      ],
    ],
    ["emoji count two units", "😀 a@b.c 😀", "😀 [EMAIL] 😀", [["EMAIL", "a@b.c"]]],
  ])("tells what was replaced: %s", (_, input, output, expected) => {
    const replaced = alignTokens(input, output, TOKEN) ?? [];
    expect(replaced.map(({ name, start, end }) => [name, input.slice(start, end)])).toEqual(expected);
    expect(redact(input, replaced)).toBe(output);
  });

  it.each([
    ["other text", "mail a@b.c", "post [EMAIL]"],
    ["other text behind", "mail a@b.c now", "mail [EMAIL] then"],
    ["a token for nothing", "mail ", "mail [EMAIL]"],
    ["a second token for nothing", "1", "[A][B]"],
    ["a text that was shortened without a token", "mail a@b.c", "mail "],
  ])("does not align with %s", (_, input, output) => {
    expect(alignTokens(input, output, TOKEN)).toBeUndefined();
  });

  it("has every token back where the input had a value", () => {
    const part = oneof(
      record({
        text: string({ unit: constantFrom("a", "b", " ", "é", "😀"), maxLength: 6 }),
        token: constant(""),
      }),
      record({
        text: string({ unit: constantFrom("a", "1", " ", "."), minLength: 1, maxLength: 6 }),
        token: constantFrom("[A]", "[B]"),
      }),
    );
    assert(
      property(array(part, { maxLength: 12 }), (parts) => {
        const input = parts.map(({ text }) => text).join("");
        const output = parts.map(({ text, token }) => (token === "" ? text : token)).join("");
        const replaced = alignTokens(input, output, TOKEN);
        expect(replaced).toBeDefined();
        expect(redact(input, replaced ?? [])).toBe(output);
        expect(replaced?.map(({ token }) => token)).toEqual(output.match(TOKEN) ?? []);
      }),
      tries(2_000),
    );
  });

  it("differs in one stretch at least", () => {
    expect(differenceOf("mail a@b.c now", "mail ### now")).toEqual({ start: 5, end: 10 });
    expect(differenceOf("same", "same")).toEqual({ start: 4, end: 4 });
    expect(differenceOf("aa", "a")).toEqual({ start: 1, end: 2 });
  });
});
