/** However a stream is cut, under policies that use all there is: the output is the same, and so is that of the long way. */
import { array, assert, constantFrom, nat, property } from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compilePolicy,
  FORMATS,
  maskEvent,
  maskWhole,
  PACK_NAMES,
  type Policy,
  type PolicySpec,
} from "../../src/core/index.ts";
import { choiceOf } from "../support/cases.ts";
import { maskCut } from "../support/every-cut.ts";
import { keysFrom } from "../support/keys.ts";
import { streamOf } from "../support/random-stream.ts";
import { tries } from "../support/seed.ts";

const keys = keysFrom();
const PACKS = PACK_NAMES.filter((name) => name !== "phones");
const OWN: PolicySpec["detectors"] = [
  { entity: "ANYWHERE", pattern: "[a-z]{2,4}9", boundary: "none", hits: ["ab9"] },
  { entity: "SIGNS", pattern: '["&=\\n%]{2}', boundary: "none", hits: ["&="] },
  { entity: "ORDER", pattern: "[A-Z]{2,6}-?[0-9]{6}", boundary: "alphanumeric", hits: ["ACME-123456"] },
  { entity: "RUN", pattern: "[^ ]{3,}z", maxLength: 24, hits: ["abcz"] },
  {
    entity: "WORDED",
    pattern: "[0-9]{7,9}",
    boundary: "number",
    contextWords: ["card"],
    needsContext: true,
    hits: ["1234567"],
  },
  { entity: "CHECKED", pattern: "[0-9]{6,10}", validator: "luhn", hits: ["000018"] },
];
const TOKENS: PolicySpec["operators"] = {
  default: { operator: "pseudonym" },
  EMAIL: { operator: "pseudonym", fake: "email" },
  CREDIT_CARD: { operator: "fpe", check: "luhn" },
  DATE_OF_BIRTH: { operator: "date-shift" },
  IPV4: { operator: "generalize", to: "network" },
  PHONE: { operator: "hash" },
  IBAN: { operator: "encrypt" },
  US_SSN: { operator: "mask", keepLast: 4 },
};

const POLICIES: Readonly<Record<string, Policy>> = {
  "all packs": compilePolicy({
    packs: PACKS,
    operators: { default: { operator: "redact", template: "<{entity} {counter}>" } },
  }),
  "detectors of its own": compilePolicy({ detectors: OWN, packs: ["de"] }),
  "tokens and numbers of a shape": compilePolicy({ operators: TOKENS, numbers: "shape" }, { keys }),
  lists: compilePolicy({
    allow: { values: ["jane@acme.com", "192.168.1.1"], patterns: ["[a-z.]{1,40}@acme[.]com"] },
    deny: { values: ["acme", "x y"], patterns: ["ACME-[0-9]{6}"] },
    requireContext: { US_SSN: false },
  }),
  "fields that stay and go": compilePolicy({
    fields: {
      note: { operator: "keep" },
      "**.secret": { operator: "redact" },
      "meta.d": { operator: "drop-field" },
      "*.id": { operator: "mask" },
    },
    fieldsIgnoreCase: true,
    onInvalid: "drop",
  }),
  "some fields only": compilePolicy({ only: ["note", "meta", "d[*]"], except: ["meta.ssn"] }),
  drops: compilePolicy({
    onInvalid: "drop",
    operators: { default: { operator: "drop-field" }, CREDIT_CARD: { operator: "drop-event" } },
  }),
  "lines as one": compilePolicy({ crossLine: true }),
  "entities and base64": compilePolicy({ decodeEntities: true, decodeBase64: true }),
  "rounds of decoding": compilePolicy({
    decodeDepth: 2,
    decodeBase64: true,
    operators: { default: { operator: "mask" } },
  }),
  joins: compilePolicy({ joinFields: ["d", "note", "meta.d", "meta[*]"], joinMessages: true }),
  "joins within limits": compilePolicy(
    { joinFields: ["**.d", "*"], joinMessages: true, operators: TOKENS },
    { keys, limits: { joinLimitBytes: 300, joinLimitEvents: 3, lineLimitBytes: 200 } },
  ),
  "short records": compilePolicy(
    { operators: TOKENS, packs: ["secrets"] },
    { keys, limits: { lineLimitBytes: 60, nestedJsonDepth: 1 } },
  ),
};

const policy = constantFrom(...Object.keys(POLICIES));

describe.each(FORMATS)("random streams of %s", (format) => {
  const choice = choiceOf(format);
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

  test("are masked alike at any cuts", () => {
    assert(
      property(streamOf(format), policy, array(nat(2_000), { maxLength: 6 }), (bytes, name, places) => {
        const whole = text(maskWhole(POLICIES[name], choice, bytes));
        const cuts = places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b);
        expect(text(maskCut(POLICIES[name], choice, { bytes, cuts }))).toBe(whole);
        const each = Array.from(bytes, (_, at) => at);
        expect(text(maskCut(POLICIES[name], choice, { bytes, cuts: each }))).toBe(whole);
      }),
      tries(60),
    );
  });

  test("are masked alike where every record is read", () => {
    assert(
      property(streamOf(format), policy, (bytes, name) => {
        const careful: Policy = { ...POLICIES[name], passesClean: false };
        expect(text(maskWhole(POLICIES[name], choice, bytes))).toBe(text(maskWhole(careful, choice, bytes)));
      }),
      tries(60),
    );
  });
});

describe("a Buffer, whose slices are no copies,", () => {
  const line = '{"card":"4111 1111 1111 1111","password":12345678}';
  const hidden = '{"card":"**** **** **** 1111","password":"********"}';
  const stars = compilePolicy({ operators: { default: { operator: "mask" } } });
  const hashes = compilePolicy({ operators: { default: { operator: "hash" } } }, { keys });

  test.each([
    ["text", "password=12345678 "],
    ["json", line],
    ["ndjson", `${line}\n`],
    ["json-seq", `\u001e${line}\n`],
    ["sse", `data: 1\n\ndata: ${line}\n\n`],
    ["csv", "password\n12345678\n"],
    ["form", "password=12345678"],
    ["multipart", "--b\r\n\r\npassword=12345678\r\n--b--\r\n"],
  ] as const)("stays as it is: %s", (format, text) => {
    const input = Buffer.from(text);
    expect(Buffer.from(maskWhole(stars, choiceOf(format), input)).toString()).toContain("********");
    expect(input.toString()).toBe(text);
  });

  test("tells two policies the same", () => {
    const input = Buffer.from(line);
    expect(Buffer.from(maskEvent(stars, input) ?? []).toString()).toBe(hidden);
    expect(maskEvent(hashes, input)).toEqual(maskEvent(hashes, new TextEncoder().encode(line)));
  });
});
