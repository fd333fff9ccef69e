/** What operators promise beyond their cases: equality and difference of tokens, and refusals at the start. */
import { describe, expect, test } from "vitest";
import {
  compilePolicy,
  ConfigurationError,
  KeyRing,
  type KeyRingOptions,
  maskWhole,
  type OperatorSpec,
  type PolicySpec,
} from "../../src/core/index.ts";
import { isIpv4 } from "../../src/core/validators/ip-address.ts";
import { passesLuhn } from "../../src/core/validators/luhn.ts";
import { nodeCrypto } from "../../src/node/config/key.ts";
import { createCrypto } from "../../src/server/keys/crypto.ts";
import { openKeyRing, readRootSecrets } from "../../src/server/keys/root-key.ts";
import { keysFrom } from "../support/keys.ts";

const ONE = "1".repeat(32);
const TWO = "2".repeat(32);
const BOTH = `v1:${ONE}\nv2:${TWO}`;

function mask(spec: PolicySpec, text: string, keys: KeyRing = keysFrom()): string {
  return Buffer.from(maskWhole(compilePolicy(spec, { keys }), "text", Buffer.from(text))).toString("utf8");
}

const onEverything = (operator: OperatorSpec): PolicySpec => ({ operators: { default: operator } });
const KEYED: readonly OperatorSpec[] = [
  { operator: "hash" },
  { operator: "pseudonym" },
  { operator: "pseudonym", fake: "card" },
  { operator: "encrypt" },
  { operator: "fpe" },
];

describe.each(KEYED)("tokens of $operator $fake", (operator) => {
  const CARD = "4111 1111 1111 1111";
  const spec = { operators: { CREDIT_CARD: operator } };
  const token = mask(spec, CARD);

  test("are the same for the same value, every time and by the cryptography of the edge", () => {
    expect(mask(spec, `${CARD}\n${CARD}`)).toBe(`${token}\n${token}`);
    expect(mask(spec, CARD, keysFrom())).toBe(token);
    const secret = readRootSecrets(new TextEncoder().encode("0123456789abcdef0123456789abcdef"));
    expect(mask(spec, CARD, new KeyRing(createCrypto(), secret))).toBe(token);
  });

  test("differ by value, tenant, root key and key version", () => {
    const others = [
      mask(spec, "4012 8888 8888 1881"),
      mask({ ...spec, tenant: "acme" }, CARD),
      mask({ ...spec, tenant: "acmf" }, CARD),
      mask(spec, CARD, keysFrom(ONE)),
      mask(spec, CARD, keysFrom(BOTH)),
    ];
    expect(new Set([token, ...others]).size).toBe(1 + others.length);
    expect(mask(spec, CARD, keysFrom(BOTH, { current: 1 }))).toBe(mask(spec, CARD, keysFrom(ONE)));
  });

  test("are refused without a key, by the place", () => {
    const compile = (): unknown => compilePolicy(spec);
    expect(compile).toThrow(
      expect.objectContaining({ code: "KEY_MISSING", at: ["operators", "CREDIT_CARD"] }) as Error,
    );
  });
});

test.each(["hash", "pseudonym", "encrypt"] as const)("%s tokens of one text differ by entity", (operator) => {
  const detector = { pattern: String.raw`\d{4}-\d{4}`, hits: ["1234-1234"] };
  const tokens = ["A_NUMBER", "B_NUMBER"].map((entity) =>
    mask(
      { ...onEverything({ operator }), detectors: [{ entity, ...detector }], entities: [entity] },
      "1234-1234",
    ).slice(entity.length),
  );
  expect(tokens[0]).not.toBe(tokens[1]);
});

test("a hash of two versions is the token of each, the current one first", () => {
  const versioned = (options: KeyRingOptions): string =>
    mask(onEverything({ operator: "hash" }), "a@acme.com", keysFrom(BOTH, options));
  const [old, current] = [versioned({ current: 1 }), versioned({ current: 2 })];
  const both = mask(onEverything({ operator: "hash", alsoVersion: 1 }), "a@acme.com", keysFrom(BOTH));
  expect(both).toBe(`${current}_${old.replace("EMAIL_", "")}`);
});

describe("fakes", () => {
  const cards = Array.from({ length: 200 }, (_, at) => `4${String(at).padStart(14, "0")}`).map(
    (front) => front + [..."0123456789"].find((digit) => passesLuhn(front + digit)),
  );

  test("of cards pass the check, and lie in the range for tests", () => {
    const { detectors } = compilePolicy({});
    const spec = {
      entities: ["CREDIT_CARD"],
      operators: { CREDIT_CARD: { operator: "pseudonym", fake: "card" } },
    } as const;
    expect(detectors.length).toBeGreaterThan(0);
    for (const fake of mask(spec, cards.join("\n"))
      .split("\n")
      .filter((line) => !line.startsWith("["))) {
      expect(fake).toMatch(/^(?:400000\d{10}|0{16})$/);
      expect(passesLuhn(fake)).toBe(true);
    }
  });

  test("of addresses lie in the ranges for documentation", () => {
    const spec = { operators: { IPV4: { operator: "pseudonym", fake: "ip" } } } as const;
    const fakes = mask(spec, cards.map((_, at) => `10.1.2.${at}`).join("\n")).split("\n");
    for (const fake of fakes) expect(isIpv4(fake) && /^(?:192\.0\.2|198\.51\.100|203\.0\.113)\./.test(fake)).toBe(true);
  });

  test("of telephones are set aside for fiction", () => {
    const spec = { operators: { PHONE: { operator: "pseudonym", fake: "phone" } } } as const;
    const fakes = mask(spec, cards.map((_, at) => `+1 202-555-01${String(at % 100).padStart(2, "0")}`).join("\n"));
    for (const fake of fakes.split("\n")) expect(fake).toMatch(/^\+1 [2-9][0-8][2-9]-555-01\d\d$/);
  });
});

const REFUSED: readonly [string, PolicySpec, string, readonly string[]][] = [
  [
    "an operator that is none",
    onEverything({ operator: "reverse" } as never),
    "no such operator; there are redact, mask",
    ["operators", "default"],
  ],
  [
    "an option that is none",
    onEverything({ operator: "redact", bits: 80 } as never),
    "has no option bits; there are template",
    ["operators", "default"],
  ],
  [
    "an option out of range",
    onEverything({ operator: "hash", bits: 39 }),
    "bits: write a whole number from 40 to 256",
    ["operators", "default"],
  ],
  [
    "an option that is missing",
    onEverything({ operator: "generalize" } as never),
    "needs to: write one of month, year",
    ["operators", "default"],
  ],
  [
    "an option of another one's",
    { fields: { a: { operator: "generalize", to: "month", step: 3 } }, onInvalid: "drop" },
    "step: belongs to `to: range`",
    ["fields", "a"],
  ],
  [
    "a form that the entity has not",
    { operators: { EMAIL: { operator: "fpe" } } },
    "which EMAIL is not; write redact",
    ["operators", "EMAIL"],
  ],
  [
    "a network of what is no address",
    { operators: { PHONE: { operator: "generalize", to: "network" } } },
    "needs an IP address, which PHONE is not",
    ["operators", "PHONE"],
  ],
  [
    "a fake of another shape",
    { operators: { IPV4: { operator: "pseudonym", fake: "email" } } },
    "needs an e-mail address, which IPV4 is not",
    ["operators", "IPV4"],
  ],
  [
    "a fake with a length",
    { operators: { EMAIL: { operator: "pseudonym", fake: "email", bits: 40 } } },
    "goes without `bits` and `label`",
    ["operators", "EMAIL"],
  ],
  [
    "a template that looks like a finding",
    { operators: { EMAIL: { operator: "redact", template: "no@example.com" } } },
    "looks like EMAIL itself",
    ["operators", "EMAIL"],
  ],
  [
    "a template with another brace",
    { operators: { EMAIL: { operator: "redact", template: "{value}" } } },
    "braces are for {entity} and {counter}",
    ["operators", "EMAIL"],
  ],
  [
    "a template that counts a field",
    { fields: { a: { operator: "redact", template: "{counter}" } }, onInvalid: "drop" },
    "write it under `operators`",
    ["fields", "a"],
  ],
  [
    "a key version that is not there",
    { operators: { CREDIT_CARD: { operator: "fpe", keyVersion: 9 } } },
    "there is no key version 9; there are 1",
    ["operators", "CREDIT_CARD"],
  ],
  [
    "a second version that is the first",
    onEverything({ operator: "hash", alsoVersion: 1 }),
    "is the current key version",
    ["operators", "default"],
  ],
  [
    "a check over letters",
    { fields: { a: { operator: "fpe", alphabet: "alphanumeric", check: "luhn" } }, onInvalid: "drop" },
    "luhn is a check over digits",
    ["fields", "a"],
  ],
  [
    "a drop where text may be masked that has no fields",
    { operators: { EMAIL: { operator: "drop-field" } } },
    "what does not parse has nothing to drop; write onInvalid: drop or close",
    ["operators", "EMAIL"],
  ],
  [
    "a drop of one event for a text over several",
    { operators: { EMAIL: { operator: "drop-event" } }, onInvalid: "drop", joinMessages: true },
    "goes without joinFields and joinMessages",
    ["operators", "EMAIL"],
  ],
  ["everything kept", onEverything({ operator: "keep" }), "a policy that masks nothing is none", []],
];

test.each(REFUSED)("refuses %s, says where, and what to write", (_, spec, says, at) => {
  const compile = (): unknown => compilePolicy(spec, { keys: keysFrom() });
  expect(compile).toThrow(ConfigurationError);
  expect(compile).toThrow(expect.objectContaining({ reason: expect.stringContaining(says) as string, at }) as Error);
});

const REFUSED_KEYS: readonly [string, string, KeyRingOptions, string][] = [
  ["a secret of 31 bytes", ONE.slice(1), {}, "version 1 has 31 bytes and needs at least 32"],
  ["a second secret of 31 bytes", `v1:${ONE}\nv2:${TWO.slice(1)}`, {}, "version 2 has 31 bytes and needs at least 32"],
  ["a version that stands twice", `v1:${ONE}\nv1:${TWO}`, {}, "give each version of the root key once"],
  ["a line without a version", `v1:${ONE}\n${TWO}`, {}, "line 2 of the root keys is not of the form"],
  [
    "a current version that is not there",
    BOTH,
    { current: 3 },
    "keys.current: there is no root key of version 3; there are 1, 2",
  ],
  ["a floor over the current version", BOTH, { current: 1, decryptFrom: 2 }, "keys.decryptFrom: is over `current`"],
];

test.each(REFUSED_KEYS)("refuses %s, and repeats nothing of it", (_, text, options, says) => {
  const open = (): unknown => openKeyRing(nodeCrypto, new TextEncoder().encode(text), options);
  expect(open).toThrow(expect.objectContaining({ reason: expect.stringContaining(says) as string }) as Error);
  expect(open).not.toThrow(expect.objectContaining({ reason: expect.stringMatching(/1111|2222/) as string }) as Error);
});

test("masking plain text on bytes gives what masking it as characters does", () => {
  const values = ["jane@acme.com", "a_b@acme.com", "4111 1111 1111 1111", "a@b.co"];
  for (const spec of [
    {},
    { keepFirst: 2 },
    { keepLast: 0 },
    { keepFirst: 1, keepLast: 8 },
    { keepSeparators: false },
  ]) {
    const policy = compilePolicy(onEverything({ operator: "mask", ...spec }));
    const run = (text: string): string => {
      const bytes = new TextEncoder().encode(text);
      return new TextDecoder().decode(
        policy.replace({ start: 0, end: bytes.length, entity: "EMAIL", score: 1, text: bytes }),
      );
    };
    // A zero-width space counts for nothing, but is no plain ASCII.
    for (const value of values) expect(run(value)).toBe(run(`${value}\u200b`));
  }
});
