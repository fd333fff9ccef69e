/** What the library says to callers who write policies and options by hand: a mistake is named, and never passes values in silence. */
import { describe, expect, it, test } from "vitest";
import {
  compilePolicy,
  compileRestorer,
  ConfigurationError,
  createMasker,
  DEFAULT_LIMITS,
  ERRORS,
  maskWhole,
  type Policy,
  type PolicyOptions,
  type PolicySpec,
} from "../../src/core/index.ts";
import { keysFrom } from "../support/keys.ts";

function refusalOf(run: () => unknown): ConfigurationError {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof ConfigurationError) return thrown;
    throw thrown;
  }
  throw new Error("it was taken");
}

/** Each once compiled to a policy that hid less than its author meant, or threw what quotes nothing of the mistake. */
const SPECS: readonly (readonly [spec: unknown, reason: string])[] = [
  [{ threshold: 60 }, "policy: threshold: write a number from 0 to 1"],
  [{ threshold: Number.NaN }, "policy: threshold: write a number from 0 to 1"],
  [{ threshold: -0.1 }, "policy: threshold: write a number from 0 to 1"],
  [{ feilds: { "**.name": { operator: "redact" } } }, "policy: has no feilds; there are detectors, packs, entities"],
  [{ toString: {} }, "policy: has no toString; there are detectors"],
  [{ onInvalid: "dorp" }, "policy: onInvalid: write one of mask-as-text, drop, close"],
  [{ numbers: "keep" }, "policy: numbers: write one of string, shape"],
  [{ extraFields: true }, "policy: extraFields: write one of mask, drop"],
  [{ joinMessages: "no" }, "policy: joinMessages: write true or false"],
  [{ packs: "names" }, "policy: packs: write a list of strings"],
  [{ only: "user.email" }, "policy: only: write a list of strings"],
  [{ entities: ["EMAIL", 7] }, "policy: entities: write a list of strings"],
  [{ operators: [] }, "policy: operators: write an object of operators"],
  [
    { operators: { EMAIL: "hash" } },
    'policy: operators: write an object of operators, such as { EMAIL: { operator: "hash" } }',
  ],
  [{ fields: ["**.name"] }, "policy: fields: write an object of operators"],
  [{ tenant: 5 }, "policy: tenant: write a string"],
  [{ detectors: [null] }, "policy: detectors: write a list of objects"],
  [undefined, "policy: write an object; {} stands for the defaults"],
  [null, "policy: write an object"],
  ["default", "policy: write an object"],
  [[], "policy: write an object"],
];

const OPTIONS: readonly (readonly [options: unknown, reason: string])[] = [
  [{ key: keysFrom() }, "options: has no key; there are name, operators, keys"],
  [{ keys: "a secret that stands here" }, "options: keys: write what openKeys of maskwire/keys returns"],
  [{ operators: { domain: "x" } }, "options: operators: write an object of functions"],
  [{ observer: {} }, "options: observer: write an object with the functions masked"],
  [{ phoneCheck: true }, "options: phoneCheck: write a function"],
  [{ limits: { lineLimit: 5 } }, "options.limits: has no lineLimit; there are lineLimitBytes"],
  [{ limits: { lineLimitBytes: 0 } }, "options.limits: lineLimitBytes: write a whole number of 1 or more"],
  [{ limits: { lineLimitBytes: "5" } }, "options.limits: lineLimitBytes: write a whole number of 1 or more"],
];

describe("a policy", () => {
  it.each(SPECS)("that is none is refused with what to write: %j", (spec, reason) => {
    const refusal = refusalOf(() => compilePolicy(spec as PolicySpec));
    expect(refusal.code).toBe("BAD_CONFIG");
    expect(refusal.reason).toContain(reason);
    expect(refusalOf(() => compileRestorer((spec ?? null) as PolicySpec, { keys: keysFrom() })).reason).toContain(
      reason,
    );
  });

  it.each(OPTIONS)("is refused with options that are none: %#", (options, reason) => {
    const refusal = refusalOf(() => compilePolicy({}, options as PolicyOptions));
    expect(refusal.reason).toContain(reason);
    expect(refusal.message).not.toContain("secret that stands");
  });

  it("may say every key, leave each undefined, and go to the ends of ranges", () => {
    const spec: PolicySpec = {
      detectors: [{ entity: "ORDER", pattern: "ORD-[0-9]{6}", hits: ["ORD-123456"], misses: ["ORD-1"] }],
      packs: ["web"],
      entities: ["EMAIL", "ORDER", "PHONE"],
      operators: { default: { operator: "mask", keepLast: 2 } },
      allow: { values: ["info@example.com"] },
      deny: { values: ["Project Swan"] },
      requireContext: {},
      threshold: 1,
      onInvalid: "close",
      fields: { "**.name": { operator: "redact" } },
      except: ["build"],
      joinFields: ["delta.text"],
      joinMessages: true,
      fieldsIgnoreCase: true,
      numbers: "shape",
      extraFields: "drop",
      tenant: "acme",
      remoteDetectors: [],
      crossLine: true,
      decodeEntities: true,
      decodeBase64: true,
      decodeDepth: 2,
    };
    const options: PolicyOptions = { name: "all", keys: keysFrom(), limits: { ...DEFAULT_LIMITS, nestedJsonDepth: 0 } };
    expect(compilePolicy(spec, options).name).toBe("all");
    expect(compilePolicy({ threshold: 0 }).onInvalid).toBe("mask-as-text");
    const blank = Object.fromEntries(Object.keys(spec).map((key) => [key, undefined])) as PolicySpec;
    expect(compilePolicy(blank).onInvalid).toBe("mask-as-text");
  });
});

describe("createMasker", () => {
  test.each([[undefined], [null], [{}], ["default"]])("asks for a compiled policy: %j", (policy) => {
    const refusal = refusalOf(() => createMasker(policy as unknown as Policy, "text"));
    expect(refusal.reason).toBe("policy: hand over what compilePolicy returns");
  });

  test.each([[undefined], [null], [7], [{}]])("asks for a format: %j", (choice) => {
    const refusal = refusalOf(() => maskWhole(compilePolicy({}), choice as "text", new Uint8Array(1)));
    expect(refusal.reason).toContain("there are text, json, ndjson");
  });
});

test("the message of a configuration's error says what is wrong; that of any other is the table's text", () => {
  const refusal = refusalOf(() => compilePolicy({ operators: { EMAIL: { operator: "hash" } } }));
  expect(refusal.message).toBe(`${ERRORS.KEY_MISSING.text}: operators.EMAIL: operator hash needs a key`);
});
