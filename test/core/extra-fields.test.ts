/** `extraFields: drop`: against a definition in one line, at every cut. */
import { array, assert, constantFrom, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePolicy, createMasker, maskWhole, type PolicySpec } from "../../src/core/index.ts";
import { explain } from "../../src/core/explain.ts";
import { ExtraFieldsFilter } from "../../src/core/sse/extra-fields.ts";
import { findCutFailure } from "../support/every-cut.ts";
import { tries } from "../support/seed.ts";
import { bytes, cutsOf, readPlainly } from "../support/sse-oracle.ts";

/** What a client reads, by the standard: each line of an input with its end. */
const LINES = /[^\r\n]*(?:\r\n|\r|\n|$)/g;
const READ = /^(?:$|(?:data|event|id)(?::|$)|retry: ?[0-9]{1,16}$)/;

/** Lines that stay of an input without a byte order mark, by the definition. */
function stay(input: string): string[] {
  const lines = input.match(LINES)?.filter((line) => line !== "") ?? [];
  return lines.filter((line) => READ.test(line.replace(/[\r\n]+$/, "")));
}

function filtered(chunks: readonly Uint8Array[]): string {
  const filter = new ExtraFieldsFilter();
  const parts = chunks.map((chunk) => filter.push(chunk.slice()));
  return Buffer.concat([...parts, filter.flush()]).toString();
}

/** The same, read by a client: comments, unknown fields and the bytes of line ends make no difference to it. */
const readBy = (text: string): unknown => readPlainly(bytes(text));

const CASES: readonly (readonly [name: string, input: string, output: string])[] = [
  ["a comment", ": ann\ndata: 1\n\n", "data: 1\n\n"],
  ["a comment alone, whose empty line stays", ": ping\n\n", "\n"],
  ["unknown fields, with and without a value", "x: 1\ny\ndata: 1\n\n", "data: 1\n\n"],
  ["names in another case", "Data: 1\ndata: 2\nDATA:3\n\n", "data: 2\n\n"],
  ["names that only begin like one", "datas: 1\ndata : 2\nid2:3\neventually: 4\ndata:5\n\n", "data:5\n\n"],
  ["known fields without a value", "data\nevent\nid\n\n", "data\nevent\nid\n\n"],
  ["a retry that is no number", "retry: 12 ann\nretry:\nretry\nretry: 5000\nretry:7\n\n", "retry: 5000\nretry:7\n\n"],
  ["a retry of 17 digits", `retry: ${"9".repeat(17)}\nretry: ${"9".repeat(16)}\n\n`, `retry: ${"9".repeat(16)}\n\n`],
  ["their line ends: CR LF, CR, LF", ": a\r\nx: b\r: c\ndata: 1\r\n\r\n", "data: 1\r\n\r\n"],
  ["a comment between a CR and an empty line that ends in LF", "data: 1\r: c\n\n", "data: 1\r\n\n"],
  ["one that ends in CR LF there", "data: 1\r: c\r\n\ndata: 2\n\n", "data: 1\r\n\ndata: 2\n\n"],
  ["one between two empty lines", "data: 1\r\r: c\n\n", "data: 1\r\r\n\n"],
  ["behind a byte order mark, which stays", "\ufeff: c\ndata: 1\n\n", "\ufeffdata: 1\n\n"],
  ["a later byte order mark, which is part of a name", "data: 1\n\n\ufeffdata: 2\n\n", "data: 1\n\n\n"],
  ["what only begins like one", "\ufeff", "\ufeff"],
  ["nothing of what stays", "id: 1\nevent: a\ndata: {\ndata: }\n\n", "id: 1\nevent: a\ndata: {\ndata: }\n\n"],
  ["nothing of nothing", "", ""],
];

describe("extraFields: drop", () => {
  test.each(CASES)("takes out %s", (_, input, output) => {
    for (const chunks of cutsOf(bytes(input))) expect(filtered(chunks)).toBe(output);
    expect(readBy(output)).toEqual(readBy(input));
  });

  const piece = constantFrom(
    ..."\r|\n|\r\n|:|: |data|data: |event: |id: |retry: |retry|x|1|12|\ufeff|ann@acme.com| |e|d|dat".split("|"),
  );

  test("keeps whole lines of a client, whatever the input and the cuts, and changes nothing for one", () => {
    assert(
      property(array(piece, { maxLength: 24 }), (pieces) => {
        const input = `${pieces.join("")}\n`;
        const whole = filtered([bytes(input)]);
        for (const chunks of cutsOf(bytes(input))) expect(filtered(chunks)).toBe(whole);
        expect(readBy(whole)).toEqual(readBy(input));
        const texts = stay(input.replace(/^\ufeff/, "")).map((line) => `${line.replace(/[\r\n]+$/, "")}\n`);
        expect(whole.replace(/^\ufeff/, "").replaceAll(/\r\n?/g, "\n")).toBe(texts.join(""));
      }),
      tries(1_000),
    );
  });

  test("holds nothing of a comment of a megabyte, and no more of any line than a retry has", () => {
    const filter = new ExtraFieldsFilter();
    for (const start of [":", "x", "retry: ", "data", "retry:9999999999999999"]) {
      filter.push(bytes(start));
      expect(filter.heldBytes).toBeLessThanOrEqual(32);
      expect(filter.push(bytes("z".repeat(1_000_000))).length).toBe(0);
      expect(filter.heldBytes).toBe(0);
      filter.push(bytes("\n"));
    }
  });
});

const DROP: PolicySpec = { extraFields: "drop" };
const INPUT =
  ': hi ann.lee@example.com\nid: 7\nx-user: bob@acme.com\ndata: max@acme.com\n\n: ping\n\nretry: 4111111111111111\ndata: {"n":1}\n\n';

describe("a policy that drops them", () => {
  test.each<readonly [string, PolicySpec]>([
    ["alone", DROP],
    ["with texts that go on", { ...DROP, joinMessages: true, joinFields: ["delta"] }],
    ["over line breaks", { ...DROP, crossLine: true }],
    ["with the strictest onInvalid", { ...DROP, onInvalid: "close" }],
  ])("masks the rest, at every cut: %s", (_, spec) => {
    const policy = compilePolicy(spec);
    const output = 'id: 7\ndata: [EMAIL]\n\n\n[CREDIT_CARD]\ndata: {"n":1}\n\n';
    expect(Buffer.from(maskWhole(policy, "sse", bytes(INPUT))).toString()).toBe(
      output.replace("[CREDIT_CARD]", "retry: [CREDIT_CARD]"),
    );
    expect(findCutFailure(policy, "sse", bytes(INPUT))).toBeUndefined();
  });

  test("drops them in an event that is longer than lineLimitBytes, too", () => {
    const masker = createMasker(compilePolicy(DROP, { limits: { lineLimitBytes: 1_024 } }), "sse");
    const parts = [`data: ${"x".repeat(2_000)}\n`, ": secret word\n", "note: another\n", "data: y\n\n"].map((text) =>
      Buffer.from(masker.push(bytes(text))).toString(),
    );
    const text = parts.join("") + Buffer.from(masker.flush()).toString();
    expect(text).toBe(`data: ${"x".repeat(2_000)}\ndata: y\n\n`);
  });

  test("explains what is left", () => {
    const entities = (spec: PolicySpec): string[] =>
      explain(compilePolicy(spec), "sse", bytes(INPUT)).map(({ path, entity }) => `${path} ${entity}`);
    expect(entities({})).toEqual(["comment EMAIL", "field EMAIL", "data EMAIL", "field CREDIT_CARD"]);
    expect(entities(DROP)).toEqual(["data EMAIL", "field CREDIT_CARD"]);
  });
});
