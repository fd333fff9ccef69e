/**
 * Values whose name stands in another field: beside them in their object, or around it.
 *
 * The oracle reads what JSON.parse has built (support/told-values.ts); every document is cut at every place as well.
 */
import { type Arbitrary, array, assert, constantFrom, letrec, oneof, property, tuple } from "fast-check";
import { describe, expect, it, test } from "vitest";
import { compilePolicy, createMasker, type Format, maskWhole, type Policy } from "../../src/core/index.ts";
import { explain } from "../../src/core/explain.ts";
import { findCutFailure } from "../support/every-cut.ts";
import { tries } from "../support/seed.ts";
import { sifting } from "../support/sifting.ts";
import { type Json, maskTold } from "../support/told-values.ts";

const ENTITIES = ["PASSWORD_FIELD", "US_SSN"];
const policy = compilePolicy({ entities: ENTITIES });
const POLICIES: readonly Policy[] = [policy, sifting(compilePolicy({ entities: ENTITIES }))];

const KEYS =
  "name Key id type field path loc attribute_name value Value new_value stringValue old v " +
  "default text content S $numberLong _ colour required items password DB_PASSWORD secret ssn customer_ssn";

const TEXTS = [
  "password",
  "db.password",
  "Password:",
  "ssn",
  "SSN",
  "colour",
  "hunter2",
  "536904399",
  "Your password",
  "x y",
  "",
];

const { document } = letrec<{ document: Json }>((tie) => ({
  document: oneof(
    { depthSize: "small", withCrossShrink: true },
    constantFrom<Json>(...TEXTS, 536904399, 12, true, null),
    array(tie("document"), { maxLength: 3 }),
    array(tuple(constantFrom(...KEYS.split(" ")), tie("document")), { maxLength: 5 }).map((members) =>
      Object.fromEntries(members),
    ),
  ),
}));

function maskLines(one: Policy, format: Format, bytes: Uint8Array): string {
  const masker = createMasker(one, format);
  return Buffer.concat([masker.push(bytes), masker.flush()]).toString("utf8");
}

/** A character of every text and name as an escape, at random. */
function escaped(json: Arbitrary<Json>): Arbitrary<string> {
  return tuple(json, array(constantFrom(true, true, true, true, true, false), { minLength: 40, maxLength: 40 })).map(
    ([value, choices]) => {
      let next = 0;
      const write = (letter: string): string =>
        choices[next++ % choices.length] ? letter : `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
      return JSON.stringify(value).replace(/"(?:[^"\\]|\\.)*"/g, (text) => text.replace(/[a-z]/g, write));
    },
  );
}

describe("what a naive reader of the whole says", () => {
  for (const [format, seesAll] of [
    ["ndjson", true],
    ["json", false],
  ] as const)
    for (const [index, one] of POLICIES.entries())
      test(`holds for ${format}, policy ${index}`, () => {
        assert(
          property(escaped(document), (text) => {
            const output = maskLines(one, format, Buffer.from(`${text}\n`));
            expect(JSON.parse(output)).toEqual(maskTold(JSON.parse(text) as Json, seesAll));
          }),
          tries(1500),
        );
      });

  test("holds for many records at once", () => {
    assert(
      property(array(escaped(document), { minLength: 2, maxLength: 30 }), (texts) => {
        for (const one of POLICIES) {
          const lines = maskLines(one, "ndjson", Buffer.from(texts.map((text) => `${text}\n`).join(""))).split("\n");
          expect(lines.slice(0, -1).map((line) => JSON.parse(line) as Json)).toEqual(
            texts.map((text) => maskTold(JSON.parse(text) as Json, true)),
          );
        }
      }),
      tries(150),
    );
  });

  test("holds at every cut", () => {
    assert(
      property(escaped(document), (text) => {
        for (const format of ["json", "ndjson"] as const)
          expect(findCutFailure(policy, format, Buffer.from(text))).toBeUndefined();
      }),
      tries(60),
    );
  });
});

describe("limits", () => {
  const masked = (format: Format, text: string): string =>
    Buffer.from(maskWhole(policy, format, Buffer.from(text))).toString();
  const pair = (name: string): string => `{"name":"${name}","value":"hunter2"}`;
  const padded = (bytes: number): string => `${"x".repeat(bytes - "_password".length)}_password`;

  it.each(["json", "ndjson"] as const)("a name of 256 bytes counts in %s, and one of 257 does not", (format) => {
    expect(masked(format, pair(padded(256)))).toContain("[PASSWORD_FIELD]");
    expect(masked(format, pair(padded(257)))).toContain("hunter2");
  });

  it.each(["json", "ndjson"] as const)("the last eight names of an object count in %s", (format) => {
    const others = (count: number): string => `"id":"x",`.repeat(count);
    expect(masked(format, `{"name":"password",${others(7)}"value":"hunter2"}`)).toContain("[PASSWORD_FIELD]");
    expect(masked(format, `{"name":"password",${others(8)}"value":"hunter2"}`)).toContain("hunter2");
  });

  it("reads ahead 16 times the record for all objects together", () => {
    const nested = (depth: number): string =>
      `${'{"value":'.repeat(depth)}{"value":"hunter2","name":"password"}${"}".repeat(depth)}`;
    expect(masked("ndjson", nested(8))).toContain("[PASSWORD_FIELD]");
    expect(masked("ndjson", nested(200))).toContain("hunter2");
  });

  it("keeps no more of a document than its names", () => {
    const masker = createMasker(policy, "json");
    masker.push(Buffer.from('{"name":"password","other":['));
    for (let i = 0; i < 1000; i++) {
      masker.push(Buffer.from('{"name":"x","note":"y"},'.repeat(20)));
      expect(masker.heldBytes).toBeLessThan(64);
    }
    expect(Buffer.from(masker.push(Buffer.from('0],"value":"hunter2"}'))).toString()).toContain("[PASSWORD_FIELD]");
  });
});

describe("an explanation", () => {
  it.each(["json", "ndjson"] as const)("of %s says which name told the value", (format) => {
    const told = explain(
      policy,
      format,
      Buffer.from('{"env":[{"name":"DB_PASSWORD","value":"hunter2"}],"password":"x"}'),
    );
    expect(told.map(({ path, entity, teller }) => ({ path, entity, teller }))).toEqual([
      { path: "env[0].value", entity: "PASSWORD_FIELD", teller: "DB_PASSWORD" },
      { path: "password", entity: "PASSWORD_FIELD", teller: undefined },
    ]);
  });
});
