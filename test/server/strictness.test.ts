/** The order of strictness: what is refused, and that what is allowed holds for random policies and events. */
import { assert, constantFrom, property, record, array, option, sample } from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePolicy, ConfigurationError, maskEvent, type PolicySpec } from "../../src/core/index.ts";
import { withPacks } from "../../src/core/detectors/index.ts";
import { findShown as findShownAmong } from "../../src/server/masking/strictness.ts";
import { keysFrom } from "../support/keys.ts";
import { startTestServer } from "../support/server.ts";
import { seedOr, tries } from "../support/seed.ts";

const keys = keysFrom();
const findShown = (stricter: PolicySpec, looser: PolicySpec): string | undefined =>
  findShownAmong(stricter, looser, withPacks);
const all = (operator: object): PolicySpec => ({ operators: { default: operator } }) as PolicySpec;
const MASK4 = all({ operator: "mask", keepLast: 4 });
const HASH = all({ operator: "hash" });
const hidden = (...paths: string[]): PolicySpec => ({
  onInvalid: "drop",
  fields: Object.fromEntries(paths.map((path) => [path, { operator: "redact" }])),
});

const cards = (operator: object): PolicySpec =>
  ({ entities: ["CREDIT_CARD"], operators: { CREDIT_CARD: operator } }) as PolicySpec;
const generalized = (to: string, step?: number): PolicySpec =>
  all({ operator: "generalize", to, ...(step === undefined ? {} : { step }) });
const dropping = (operator: string): PolicySpec => ({ onInvalid: "drop", ...all({ operator }) });

const ALLOWED: readonly (readonly [string, PolicySpec, PolicySpec])[] = [
  ["a policy beside itself", MASK4, MASK4],
  [
    "what only streams that are masked in place have",
    { ...MASK4, extraFields: "mask" },
    { ...MASK4, extraFields: "drop" },
  ],
  ["redact before mask", {}, MASK4],
  ["redact before hash", {}, HASH],
  ["a shorter hash before a longer one", all({ operator: "hash", bits: 40 }), HASH],
  ["nothing kept before four", all({ operator: "mask", keepLast: 0 }), MASK4],
  ["nothing kept and no signs before signs", all({ operator: "mask", keepLast: 0, keepSeparators: false }), MASK4],
  ["two of a card before four", cards({ operator: "mask", keepLast: 2 }), cards({ operator: "mask", keepLast: 4 })],
  [
    "fewer of a card at both ends",
    cards({ operator: "mask", keepFirst: 1, keepLast: 1 }),
    cards({ operator: "mask", keepFirst: 2, keepLast: 2 }),
  ],
  ["a year before a month", generalized("year"), generalized("month")],
  ["a wider range before a narrower one in it", generalized("range", 100), generalized("range", 20)],
  ["a shorter pseudonym before a longer", all({ operator: "pseudonym" }), all({ operator: "pseudonym", bits: 80 })],
  ["a pseudonym before the clear", all({ operator: "pseudonym" }), all({ operator: "keep" })],
  ["dropping the event before the field", dropping("drop-event"), dropping("drop-field")],
  ["dropping the field before redacting", dropping("drop-field"), { onInvalid: "drop" }],
  [
    "every entity, dropping events, before a few",
    dropping("drop-event"),
    { ...dropping("drop-field"), entities: ["EMAIL"] },
  ],
  ["every entity, redacted, before a few", {}, { ...MASK4, entities: ["EMAIL"] }],
  ["a lower threshold, redacted, before a higher one", { threshold: 0.3 }, MASK4],
  ["a field more that is redacted", { ...hidden("a"), ...MASK4 }, { ...MASK4, onInvalid: "drop" }],
  ["fewer fields that are kept", {}, { except: ["meta"] }],
  ["dropping what cannot be read", { onInvalid: "drop" }, {}],
];

const REFUSED: readonly (readonly [string, PolicySpec, PolicySpec, RegExp])[] = [
  ["mask before redact", MASK4, {}, /operator/],
  // Of seven digits the one shows two and the other none.
  ["two kept before four", all({ operator: "mask", keepLast: 2 }), MASK4, /operator/],
  ["mask before hash", MASK4, HASH, /operator/],
  // Of twelve digits the one shows three and the other none.
  [
    "three of a card before five",
    cards({ operator: "mask", keepLast: 3 }),
    cards({ operator: "mask", keepLast: 5 }),
    /operator/,
  ],
  [
    "the start of a card before its end",
    cards({ operator: "mask", keepFirst: 2 }),
    cards({ operator: "mask", keepLast: 4 }),
    /operator/,
  ],
  ["a month before a year", generalized("month"), generalized("year"), /operator/],
  ["a network before a year", generalized("network"), generalized("year"), /operator/],
  ["a range before a wider one", generalized("range", 20), generalized("range", 100), /operator/],
  ["a range before one across its borders", generalized("range", 100), generalized("range", 30), /operator/],
  [
    "a longer pseudonym before a shorter",
    all({ operator: "pseudonym", bits: 80 }),
    all({ operator: "pseudonym" }),
    /operator/,
  ],
  ["a pseudonym before a hash", all({ operator: "pseudonym" }), HASH, /operator/],
  [
    "a made-up value before a stand-in",
    all({ operator: "pseudonym", fake: "email" }),
    all({ operator: "pseudonym" }),
    /operator/,
  ],
  ["redacting before dropping the field", { onInvalid: "drop" }, dropping("drop-field"), /operator/],
  ["dropping the field before the event", dropping("drop-field"), dropping("drop-event"), /operator/],
  // Where both are found in one place, redacting shows the event that the other one drops.
  [
    "every entity before a few that drop the event",
    { onInvalid: "drop", operators: { EMAIL: { operator: "drop-event" } } },
    { onInvalid: "drop", entities: ["EMAIL"], operators: { EMAIL: { operator: "drop-event" } } },
    /looks for more/,
  ],
  [
    "a field that is redacted where the other one may drop the event",
    { ...hidden("a"), operators: { default: { operator: "redact" }, EMAIL: { operator: "drop-event" } } },
    { onInvalid: "drop", operators: { default: { operator: "redact" }, EMAIL: { operator: "drop-event" } } },
    /hides a field/,
  ],
  ["encrypt before hash", all({ operator: "encrypt" }), HASH, /operator/],
  ["hash before mask", HASH, MASK4, /operator/],
  ["a longer hash before a shorter one", HASH, all({ operator: "hash", bits: 40 }), /operator/],
  ["an entity less", { entities: ["EMAIL"] }, {}, /looks for less/],
  ["a higher threshold", { threshold: 0.9 }, {}, /looks for less/],
  // Where both are found in one place the card's operator would mask the address.
  ["an entity more with an operator that shows", MASK4, { ...MASK4, entities: ["EMAIL"] }, /looks for more/],
  ["a field less", { onInvalid: "drop" }, hidden("a"), /hides fewer fields/],
  ["a field that is kept", { except: ["a"] }, {}, /keeps fields/],
  ["only some fields", { only: ["a"] }, {}, /keeps fields/],
  ["names in another case", hidden("a"), { ...hidden("a"), fieldsIgnoreCase: true }, /fieldsIgnoreCase/],
  ["text where the other one drops", {}, { onInvalid: "drop" }, /onInvalid/],
  ["numbers in their shape", { numbers: "shape" }, {}, /numbers/],
  ["a key that nothing is known of", { joinMessages: true }, {}, /cannot be compared/],
  ["a pack less", {}, { packs: ["de"] }, /looks for less/],
];

describe("an order of strictness", () => {
  test.each(ALLOWED)("is allowed: %s", (_name, stricter, looser) => {
    expect(findShown(stricter, looser)).toBeUndefined();
  });

  test.each(REFUSED)("is refused: %s", (_name, stricter, looser, reason) => {
    expect(findShown(stricter, looser)).toMatch(reason);
  });

  const operator = constantFrom(
    { operator: "redact" },
    { operator: "mask", keepLast: 0 },
    { operator: "mask", keepLast: 2 },
    { operator: "mask", keepLast: 4 },
    { operator: "hash" },
    { operator: "hash", bits: 40 },
    { operator: "pseudonym" },
    { operator: "drop-field" },
    { operator: "drop-event" },
  );
  const path = constantFrom("a", "b", "a.b", "**.b", "*.a", "list[*]");
  const policy = record(
    {
      operators: record({ default: operator, EMAIL: operator, IPV4: operator, PHONE: operator }, { requiredKeys: [] }),
      entities: constantFrom(["EMAIL", "IPV4", "PHONE"], ["EMAIL", "IPV4", "PHONE", "CREDIT_CARD", "URL_CREDENTIALS"]),
      threshold: constantFrom(0.3, 0.6, 0.8),
      fields: array(path, { maxLength: 2 }).chain((paths) =>
        record(Object.fromEntries(paths.map((one) => [one, operator]))),
      ),
      except: array(path, { maxLength: 1 }),
      only: array(path, { maxLength: 1 }),
      onInvalid: constantFrom("mask-as-text", "drop"),
      numbers: constantFrom("string", "shape"),
    },
    { requiredKeys: [] },
  ) as unknown as import("fast-check").Arbitrary<PolicySpec>;
  // Two of one make: so that they differ in little, and often may stand in an order.
  const pairs = [...sample(policy, { numRuns: 110, seed: seedOr(7) })].flatMap((base, index, bases) => {
    const other = bases[(index + 1) % bases.length];
    const variants: PolicySpec[] = [base, { ...base, operators: {} }, { ...base, ...other }, { ...other, ...base }];
    return variants.flatMap((one) => variants.map((two) => [one, two] as const));
  });

  const VALUES = [
    "max.mustermann@example.org",
    "https://max:passwort88@example.org/",
    "203.0.113.249",
    "+1 202-555-0147",
    "call 202-555-0186 or jan@acme.example",
    "4111 1111 1111 1111",
    "4111111111111111@example.org",
    "plain text 8675",
  ];
  const text = constantFrom(...VALUES);
  const event = record(
    {
      a: option(text),
      b: text,
      c: record({ a: text, b: text }, { requiredKeys: [] }),
      list: array(text, { maxLength: 2 }),
      n: constantFrom(4111111111111111, 2025550186, 17),
      // Broken JSON inside a string.
      d: constantFrom('{"b":"203.0.113.249', "x"),
    },
    { requiredKeys: [] },
  );

  /** Every run of five characters of the values that this policy shows. */
  const pieces = VALUES.flatMap((value) =>
    Array.from({ length: value.length - 4 }, (_, at) => value.slice(at, at + 5)),
  );
  const shownBy = (spec: PolicySpec, data: Uint8Array): readonly string[] => {
    const masked = maskEvent(compiledOf(spec), data);
    const shown = masked === null ? "" : new TextDecoder().decode(masked);
    return pieces.filter((piece) => shown.includes(piece));
  };
  const cache = new Map<string, ReturnType<typeof compilePolicy> | undefined>();
  const compiledOf = (spec: PolicySpec): ReturnType<typeof compilePolicy> => {
    const key = JSON.stringify(spec);
    if (!cache.has(key)) cache.set(key, tryCompile(spec));
    return cache.get(key) as ReturnType<typeof compilePolicy>;
  };
  const tryCompile = (spec: PolicySpec): ReturnType<typeof compilePolicy> | undefined => {
    try {
      return compilePolicy(spec, { keys });
    } catch (thrown) {
      if (thrown instanceof ConfigurationError) return undefined;
      throw thrown;
    }
  };

  test("holds, wherever it is allowed, for random policies and events", () => {
    const ordered = pairs.filter(
      ([one, two]) =>
        findShown(one, two) === undefined &&
        JSON.stringify(one) !== JSON.stringify(two) &&
        compiledOf(one) !== undefined &&
        compiledOf(two) !== undefined,
    );
    expect(ordered.length).toBeGreaterThan(100);
    let differing = 0;
    assert(
      property(constantFrom(...ordered), event, ([stricter, looser], one) => {
        const data = new TextEncoder().encode(JSON.stringify(one));
        const loose = shownBy(looser, data);
        const strict = shownBy(stricter, data);
        differing += loose.length > strict.length ? 1 : 0;
        expect(strict.filter((piece) => !loose.includes(piece))).toEqual([]);
      }),
      tries(3_000, 20_261_125),
    );
    expect(differing).toBeGreaterThan(80);
  });
});

describe("a server with views", () => {
  const orders = (strictness: readonly string[]) => ({
    policies: { default: {}, support: MASK4, analytics: HASH },
    feeds: {
      orders: { policy: "default", views: { support: "support", analytics: "analytics" }, eventTypes: [], strictness },
    },
  });
  const refusalOf = (changes: Parameters<typeof startTestServer>[0]): string => {
    try {
      startTestServer(changes, undefined, { keys });
      return "none";
    } catch (thrown) {
      return thrown instanceof ConfigurationError ? thrown.reason : "something else";
    }
  };

  test.each([
    [["default", "support"], "none"],
    [["default", "analytics"], "none"],
    [["support", "default"], "feeds.orders.strictness.0: is not stricter than default"],
    [["default", "support", "analytics"], "feeds.orders.strictness.1: is not stricter than analytics"],
    [["default", "suport"], "feeds.orders.strictness.1: no such view; there are support, analytics, default"],
    [["default", "default"], "feeds.orders.strictness.1: this view stands twice"],
  ])("starts only when its order holds: %j", (strictness, reason) => {
    expect(refusalOf(orders(strictness))).toContain(reason);
  });

  const SHA = "0".repeat(64);
  const keyed = (views: readonly string[], feed = "orders") => ({
    ...orders([]),
    auth: {
      issuers: [],
      apiKeys: [{ name: "one", sha256: SHA, grants: [{ actions: ["subscribe"] as const, feeds: [feed], views }] }],
    },
  });
  test.each([
    [keyed(["support", "analytics"]), "none"],
    [keyed(["support"]), "feeds.orders.views.analytics: nobody may read this view"],
    [keyed(["support", "analytics"], "other"), "feeds.orders.views.support: nobody may read this view"],
  ])("starts only when somebody may read each of its views, row %#", (config, reason) => {
    expect(refusalOf(config)).toContain(reason);
  });

  test("takes over no order that does not hold", () => {
    const host = startTestServer(orders(["default", "support"]), undefined, { keys });
    expect(() => host.reload(orders(["support", "default"]))).toThrow(ConfigurationError);
  });
});

describe("two rules for one path", () => {
  test.each([
    [{ fields: { a: { operator: "redact" } }, except: ["a"], onInvalid: "drop" }, "except: a: fields says"],
    [{ only: ["a.b"], except: ["a.b"] }, "except: a.b: only says"],
    [
      { fields: { a: { operator: "redact" }, '["a"]': { operator: "hash" } }, onInvalid: "drop" },
      'fields: ["a"]: fields says',
    ],
    [{ only: ["A"], except: ["a"], fieldsIgnoreCase: true }, "except: a: only says"],
  ] as const)("are refused, row %#", (spec, reason) => {
    expect(() => compilePolicy(spec as PolicySpec, { keys })).toThrow(
      expect.objectContaining({ reason: expect.stringContaining(reason) as string }) as Error,
    );
  });
});
