/**
 * Lines whose match ends lie across quotes: the careful way, record by record, says the same of each.
 *
 * The oracle is the same policy told to look at every record.
 */
import { array, assert, constantFrom, integer, oneof, property, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePolicy, maskWhole, PACK_NAMES, type Policy } from "../../src/core/index.ts";
import { tries } from "../support/seed.ts";

const FULL = compilePolicy({ packs: [...PACK_NAMES] });
const TOKEN = ["Zq8vT1mXw4Ls", "9Rb2Kd7Hy5Nc"].join("");
const FAR = "x ".repeat(150);

function mask(policy: Policy, input: string): string {
  return new TextDecoder().decode(maskWhole(policy, "ndjson", new TextEncoder().encode(input)));
}

function expectCareful(lines: string): string {
  const masked = mask(FULL, lines);
  expect(masked).toBe(mask({ ...FULL, passesClean: false }, lines));
  return masked;
}

describe("a match end", () => {
  test.each([
    ["behind a sign before the quotes", `{"cursor":"${TOKEN}"}`, false],
    ["behind a sign in the string", `{"msg":"signing=${TOKEN}"}`, true],
    ["behind a sign in the string, far from its quote", `{"msg":"${FAR}signing=${TOKEN}"}`, true],
    ["behind a sign in the string, and quotes with escapes", String.raw`{"msg":"\"signing\":\"${TOKEN}\""}`, true],
    ["behind a sign, in a line that is no JSON", `{"signing":"${TOKEN}"`, true],
    ["behind a sign, in a line of text", `signing:"${TOKEN}"`, true],
    ["behind a sign in a name", `{"signing=${TOKEN}":1}`, true],
    ["behind a sign, beside a value", `{"cursor":"${TOKEN}","to":"jane@acme.com"}`, true],
    ["of a number", '{"cursor":4111111111111111}', true],
    ["of a number in an array", '["a", 1,4111111111111111 ]', true],
    ["of a number in JSON in a string", '{"a":"[4111111111111111]"}', true],
    ["at the end of the text", '"jane@acme.com"', true],
  ])("%s is read as the careful way reads it", (_where, line, isFound) => {
    const clean = '{"note":"nothing"}';
    expect(expectCareful(`${clean}\n${line}\n${clean}\n`) !== `${clean}\n${line}\n${clean}\n`).toBe(isFound);
    expectCareful(line);
  });

  test("is read so in JSON of any texts", () => {
    const words = ["signing", "=", ":", " ", "ssn", "card", "x", '"', "[", "]", ",", "{", "}", "-", FAR];
    const values = [TOKEN, "jane@acme.com", "4111111111111111", "219-09-9990", "20260114093000"];
    const text = array(constantFrom(...words, ...values), { maxLength: 6 }).map((parts) => parts.join(""));
    const value = oneof(
      text,
      integer(),
      constantFrom(4111111111111111, 219099990, null),
      array(text, { maxLength: 3 }),
    );
    const fields = array(tuple(text, value), { maxLength: 5 }).map((pairs) =>
      JSON.stringify(Object.fromEntries(pairs)),
    );
    assert(
      property(array(fields, { maxLength: 4 }), (lines) => {
        expectCareful(lines.join("\n"));
      }),
      tries(2000),
    );
  });

  test("is read so in lines of any kind", () => {
    const piece = constantFrom(
      '"',
      '":"',
      '","',
      '\\"',
      "\\\\",
      "{",
      "}",
      "[",
      "]",
      ":",
      ",",
      " ",
      "=",
      "\n",
      "x",
      "1",
      TOKEN,
      `signing=${TOKEN}`,
      `"signing":"${TOKEN}"`,
      "jane@acme.com",
      "4111111111111111",
      "219-09-9990",
      '{"a":"',
      '"}\n',
      '"ssn":"',
      "password",
      FAR,
    );
    assert(
      property(array(piece, { maxLength: 14 }), (pieces) => {
        expectCareful(pieces.join(""));
      }),
      tries(2000),
    );
  });
});
