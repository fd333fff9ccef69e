/** What was masked so that it can be turned back comes back: in every format, at every cut, and only by its own keys. */
import { array, assert, constantFrom, oneof, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { BUILT_IN } from "../../src/core/detectors/index.ts";
import {
  compilePolicy,
  compileRestorer,
  type Format,
  type KeyRing,
  maskWhole,
  openToken,
  type Policy,
  type PolicySpec,
} from "../../src/core/index.ts";
import { findCutFailure } from "../support/every-cut.ts";
import { keysFrom } from "../support/keys.ts";
import { tries } from "../support/seed.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const run = (policy: Policy, format: Format, input: Uint8Array): string =>
  Buffer.from(maskWhole(policy, format, input)).toString("utf8");

function thereAndBack(spec: PolicySpec, keys: KeyRing = keysFrom()): { there: Policy; back: Policy } {
  return { there: compilePolicy(spec, { keys }), back: compileRestorer(spec, { keys }) };
}

const ENCRYPT: PolicySpec = { operators: { default: { operator: "encrypt" } } };
const FPE: PolicySpec = {
  entities: ["CREDIT_CARD", "PHONE", "US_SSN", "EMAIL"],
  operators: {
    CREDIT_CARD: { operator: "fpe" },
    PHONE: { operator: "fpe", keepFirst: 4 },
    US_SSN: { operator: "fpe" },
  },
};
const FIELDS: PolicySpec = {
  onInvalid: "drop",
  fields: {
    id: { operator: "fpe", alphabet: "alphanumeric" },
    "items[*].card": { operator: "encrypt" },
    "**.name": { operator: "encrypt" },
  },
};

const TEXT = "card 4111 1111 1111 1111, mail jane@acme.com; ssn 536-90-4399 call +1 202-555-0147.\r\nTOKEN(v1:abc) x";
const JSON_TEXT = `{"id":"Ab-99x1","name":"J\\u00e4ne \\"D\\" \\ud83d\\ude00","items":[{"card":"4111 1111 1111 1111"}],"m":"jane@acme.com\\n"}`;
/** What is masked in JSON is written with as few escapes as need be. */
const JSON_BACK = JSON.stringify(JSON.parse(JSON_TEXT));

const ROUND_TRIPS: readonly [string, PolicySpec, Format, string, string][] = [
  ["encrypt in text", ENCRYPT, "text", TEXT, TEXT],
  ["encrypt in JSON", ENCRYPT, "json", JSON.stringify({ a: TEXT, b: ['\u00e9 jane@acme.com \n"\\'] }), ""],
  ["encrypt in NDJSON", ENCRYPT, "ndjson", `${JSON.stringify({ a: TEXT })}\n{"b":"jane@acme.com"}\n`, ""],
  [
    "encrypt in SSE",
    ENCRYPT,
    "sse",
    `: jane@acme.com\nevent: x\ndata: {"a":"jane@acme.com"}\n\ndata: call\ndata: bob@acme.com\r\n\r\n`,
    "",
  ],
  ["encrypt in CSV", ENCRYPT, "csv", `id,mail\n1,jane@acme.com\n2,"a ""bob@acme.com"", c"\n`, ""],
  ["fpe in text", FPE, "text", TEXT, ""],
  ["fpe in JSON", FPE, "json", JSON.stringify({ a: "4111 1111 1111 1111", b: ["536-90-4399"] }), ""],
  ["fpe in SSE", FPE, "sse", `data: {"a":"4111-1111-1111-1111"}\n\ndata: 536-90-4399\n\n`, ""],
  ["fields in JSON", FIELDS, "json", JSON_TEXT, JSON_BACK],
  ["fields in NDJSON", FIELDS, "ndjson", `${JSON_TEXT}\n`, `${JSON_BACK}\n`],
  ["fields in CSV", FIELDS, "csv", `id,name\nAb-99x1,"Jane, ""D"""\n`, `id,name\nAb-99x1,"Jane, ""D"""\n`],
];

describe.each(ROUND_TRIPS)("%s", (name, spec, format, input, expected) => {
  const { there, back } = thereAndBack(spec);
  const masked = maskWhole(there, format, encode(input));

  test("hides the values, and brings them back", () => {
    const text = Buffer.from(masked).toString("utf8");
    expect(text).not.toBe(input);
    if (name.startsWith("encrypt")) expect(text).not.toMatch(/acme|4111/);
    const whole = expected === "" ? input : expected;
    // E-mail addresses are redacted there.
    const restored = run(back, format, masked);
    expect(restored).toBe(
      spec === FPE
        ? whole.replaceAll("jane@acme.com", "[EMAIL]")
        : spec === FIELDS
          ? whole.replace("jane@acme.com", "[EMAIL]")
          : whole,
    );
  });

  test("gives the same at every cut, both ways", () => {
    expect(findCutFailure(there, format, encode(input))).toBeUndefined();
    expect(findCutFailure(back, format, masked)).toBeUndefined();
  });
});

describe("every example of every detector", () => {
  const { there, back } = thereAndBack(ENCRYPT);
  test.each(BUILT_IN.flatMap(({ entity, hits }) => hits.map((hit) => [entity, hit] as const)))(
    "%s comes back whole: %s",
    (_, hit) => {
      const input = `a ${hit} b`;
      const masked = maskWhole(there, "text", encode(input));
      const isKept = hit.length <= 4096;
      if (isKept) expect(run(back, "text", masked)).toBe(input);
    },
  );
});

test("random texts come back whole", () => {
  const { there, back } = thereAndBack(ENCRYPT);
  const values = constantFrom(
    "jane@acme.com",
    "4111 1111 1111 1111",
    "EMAIL(v1:",
    "A(v1:aaaa)",
    "v1:",
    ")",
    "(",
    "password=x7$k",
    "10.1.2.3",
  );
  const texts = array(oneof(values, string({ maxLength: 5 }), constantFrom(" ", "\n", "_", "A")), { maxLength: 12 });
  assert(
    property(texts, (parts) => {
      const input = encode(parts.join(""));
      expect(run(back, "text", maskWhole(there, "text", input))).toBe(Buffer.from(input).toString("utf8"));
    }),
    tries(1500, 20_261_125),
  );
});

describe("keys", () => {
  const ONE = `v1:${"1".repeat(32)}`;
  const BOTH = `${ONE}\nv2:${"2".repeat(32)}`;
  const token = run(compilePolicy(ENCRYPT, { keys: keysFrom(ONE) }), "text", encode("jane@acme.com"));
  const open = (keys: KeyRing, spec = ENCRYPT): string => run(compileRestorer(spec, { keys }), "text", encode(token));

  test("of older versions still open, down to the floor", () => {
    expect(open(keysFrom(BOTH))).toBe("jane@acme.com");
    expect(open(keysFrom(BOTH, { decryptFrom: 1 }))).toBe("jane@acme.com");
    expect(open(keysFrom(BOTH, { decryptFrom: 2 }))).toBe(token);
    expect(open(keysFrom(BOTH.slice(BOTH.indexOf("v2"))))).toBe(token);
  });

  test("of another tenant, root or entity open nothing", () => {
    expect(open(keysFrom(ONE), { ...ENCRYPT, tenant: "acme" })).toBe(token);
    expect(open(keysFrom(`v1:${"3".repeat(32)}`))).toBe(token);
    expect(openToken(keysFrom(ONE), token.replace("EMAIL", "IPV4"))).toBeUndefined();
    expect(openToken(keysFrom(ONE), token)?.entity).toBe("EMAIL");
    expect(openToken(keysFrom(ONE), token, "acme")).toBeUndefined();
  });

  test("open no token of which one character is another", () => {
    for (let at = 0; at < token.length; at++) {
      const changed = `${token.slice(0, at)}${token[at] === "a" ? "b" : "a"}${token.slice(at + 1)}`;
      expect(openToken(keysFrom(ONE), changed)).toBeUndefined();
    }
  });
});

test("a value that was turned back ends no line of an event", () => {
  const keys = keysFrom();
  const detector = { entity: "NOTE", pattern: String.raw`<[a-z\n]{1,9}>`, boundary: "none", hits: ["<a>"] } as const;
  const spec: PolicySpec = { ...ENCRYPT, detectors: [detector] };
  const token = run(compilePolicy(spec, { keys }), "text", encode("<a\nb>"));
  const back = run(compileRestorer(spec, { keys }), "sse", encode(`: ${token}\ndata: ${token}\n\n`));
  expect(back).toBe(": <a b>\ndata: <a\ndata: b>\n\n");
});
