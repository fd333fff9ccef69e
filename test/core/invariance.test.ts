/** However a stream is cut, the output is the same; and what a stream holds back stays under the printed bound. */
import { array, assert, constantFrom, nat, oneof, property, string, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { BUILT_IN } from "../../src/core/detectors/index.ts";
import { TEXT_KEPT_BYTES } from "../../src/core/finder.ts";
import { compilePolicy, createMasker, FORMATS, type Format, maskWhole, type Policy } from "../../src/core/index.ts";
import { choiceOf } from "../support/cases.ts";
import { cutsAt, maskCut } from "../support/every-cut.ts";
import { tries } from "../support/seed.ts";

const policies: readonly Policy[] = [
  compilePolicy({}),
  compilePolicy({ operators: { default: { operator: "mask" } }, onInvalid: "drop" }),
  compilePolicy({}, { limits: { lineLimitBytes: 64, jsonDepthLimit: 3 } }),
  compilePolicy(
    { onInvalid: "drop", operators: { default: { operator: "drop-field" }, PHONE: { operator: "drop-event" } } },
    { limits: { lineLimitBytes: 64, jsonDepthLimit: 3 } },
  ),
];

const values = constantFrom(
  ...BUILT_IN.flatMap(({ hits, misses }) => [...hits, ...misses]).filter((text) => text.length < 60),
);
const structure = constantFrom(
  "{",
  "}",
  "[",
  "]",
  ":",
  ",",
  '"',
  '"key":',
  "\n",
  "\r\n",
  "\r",
  "\n\n",
  "data: ",
  "data:",
  "id: ",
  "event: x",
  ": c",
  "\\u0040",
  "\\n",
  '\\"',
  "\\",
  "\\ud83d",
  "ssn:\n",
  "ssn:\\n",
  "ssn:\ndata: ",
  "null",
  "12",
  " ",
  "\u001e",
  ",",
  ";",
  "\t",
  ',"',
  '",',
  '""',
  '"\n',
  "&",
  "=",
  "+",
  "%40",
  "%C3",
  "--b",
  "--b\r\n",
  "\n--b--",
  'Content-Disposition: form-data; name="ssn"',
  "Content-Type: application/json\n\n",
  "\ufeff",
);
const bytes = constantFrom("\u0000", "é", "€", "𝄞", "\u200d", "%", "%3D", "_", "a", "7");
/** Latin-1 code units stand for bytes here, so that halves of characters occur. */
const pieces = array(
  oneof(
    values.map((text) => Buffer.from(text, "utf8")),
    structure.map((text) => Buffer.from(text, "utf8")),
    bytes.map((text) => Buffer.from(text, "utf8")),
    string({ maxLength: 4, unit: "binary" }).map((text) => Buffer.from(text, "latin1")),
  ),
  { maxLength: 14 },
).map((parts) => new Uint8Array(Buffer.concat(parts)));

describe("random streams at random cuts", () => {
  test.each(FORMATS)("%s", (format: Format) => {
    assert(
      property(pieces, constantFrom(...policies), array(nat(400), { maxLength: 12 }), (input, policy, places) => {
        const choice = choiceOf(format);
        const whole = Buffer.from(maskWhole(policy, choice, input)).toString("latin1");
        const cuts = cutsAt(places, input.length);
        expect(Buffer.from(maskCut(policy, choice, { bytes: input, cuts })).toString("latin1")).toBe(whole);
        const single = Array.from(input, (_, i) => i);
        expect(Buffer.from(maskCut(policy, choice, { bytes: input, cuts: single })).toString("latin1")).toBe(whole);
      }),
      tries(400, 20_261_125),
    );
  });
});

describe("lines of JSON", () => {
  const field = constantFrom(
    "order",
    "phone_number",
    "ssn",
    "card",
    "span_id",
    "note",
    "e\u00e9",
    "jane@acme.com",
    "max@acme.com",
  );
  const scalar = oneof(
    values,
    nat(2 ** 31 - 1),
    constantFrom(
      true,
      null,
      4111111111111111,
      536904399,
      4155552671,
      "call 4155552671",
      '{"ssn":"536904399"}',
      "tab\tcard 4111111111111111",
    ),
  );
  const line = array(tuple(field, oneof(scalar, array(scalar, { maxLength: 3 }))), { maxLength: 5 }).map((fields) =>
    JSON.stringify(Object.fromEntries(fields)),
  );

  test("many at once give what each alone gives", () => {
    assert(
      property(array(line, { minLength: 1, maxLength: 6 }), constantFrom(...policies.slice(0, 2)), (lines, policy) => {
        const mask = (format: Format, text: string): string =>
          Buffer.from(maskWhole(policy, format, new TextEncoder().encode(text))).toString("utf8");
        expect(mask("ndjson", lines.map((text) => `${text}\n`).join(""))).toBe(
          lines.map((text) => `${mask("json", text)}\n`).join(""),
        );
      }),
      tries(2000, 5),
    );
  });
});

describe("what a text stream holds back", () => {
  const policy = policies[0];
  test("stays under the bound for random text", () => {
    assert(
      property(array(tuple(values, constantFrom(" ", "", "\n", "a@", "eyJ", "1 ")), { maxLength: 30 }), (parts) => {
        const masker = createMasker(policy, "text");
        for (const byte of Buffer.from(parts.flat().join(""))) {
          masker.push(Uint8Array.of(byte));
          // A finding that is still growing is decided; its text is kept for the operator, up to a fixed size.
          expect(masker.heldBytes).toBeLessThanOrEqual(policy.holdbackMaxBytes + TEXT_KEPT_BYTES);
        }
      }),
      tries(60, 7),
    );
  });

  test.each([
    ["letters", "a"],
    ["digits and spaces", "1 "],
    ["openings of tokens", "eyJ"],
    ["dots and at-signs", "a.@"],
    ["openings of keys", "-----BEGIN "],
  ])("stays under the bound for endless %s", (_, unit) => {
    const masker = createMasker(policy, "text");
    const chunk = Buffer.from(unit.repeat(1000));
    for (let i = 0; i < 50; i++) {
      masker.push(chunk.subarray());
      expect(masker.heldBytes).toBeLessThanOrEqual(policy.holdbackMaxBytes);
    }
  });

  test("nothing is held of text that cannot belong to a match", () => {
    const masker = createMasker(policy, "text");
    expect(Buffer.from(masker.push(Buffer.from("Hello, world! "))).toString()).toBe("Hello, world! ");
    expect(masker.heldBytes).toBe(0);
  });

  test("a key of any length is masked, and its text is not kept", () => {
    const masker = createMasker(policy, "text");
    masker.push(Buffer.from("-----BEGIN PRIVATE KEY-----\n"));
    const line = Buffer.from(`${"QUJD".repeat(16)}\n`);
    let longest = 0;
    for (let i = 0; i < 5000; i++) {
      masker.push(line.subarray());
      longest = Math.max(longest, masker.heldBytes);
    }
    expect(longest).toBeLessThan(2 * TEXT_KEPT_BYTES);
    masker.push(Buffer.from("-----END PRIVATE KEY-----\n. bye"));
    expect(Buffer.from(masker.flush()).toString()).toContain("bye");
  });
});

describe("memory between records", () => {
  test.each(["ndjson", "sse", "json"] as const)("%s holds at most a record and drops what is too long", (format) => {
    const policy = compilePolicy({}, { limits: { lineLimitBytes: 1000 } });
    const masker = createMasker(policy, format);
    const opening = format === "sse" ? 'data: {"a":"' : '{"a":"';
    masker.push(Buffer.from(opening));
    let out = 0;
    for (let i = 0; i < 1000; i++) {
      out += masker.push(Buffer.from("word jane@acme.com ")).length;
      expect(masker.heldBytes).toBeLessThanOrEqual(1000 + policy.holdbackMaxBytes);
    }
    expect(out).toBeGreaterThan(10_000);
    expect(Buffer.from(masker.flush()).toString()).not.toContain("jane");
  });
});

describe("server-sent events", () => {
  const policy = policies[0];
  const piece = constantFrom(
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "data: ",
    'data: {"ssn":"',
    '"}',
    "536904399",
    "jane@acme.com",
    "\\u0040",
    '\\"',
    "id: ",
    "call ",
    "x",
  );

  test("many at once give what each byte alone gives", () => {
    assert(
      property(array(piece, { maxLength: 20 }), (parts) => {
        const bytes = new TextEncoder().encode(`data: x\n\n${parts.join("")}\n\n`);
        const whole = Buffer.from(maskWhole(policy, "sse", bytes)).toString("utf8");
        const cuts = Array.from(bytes, (_, i) => i);
        expect(Buffer.from(maskCut(policy, "sse", { bytes, cuts })).toString("utf8")).toBe(whole);
      }),
      tries(800, 9),
    );
  });
});
