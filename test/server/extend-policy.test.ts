import { describe, expect, test } from "vitest";
import { extendPolicy, type PolicyConfig } from "../../src/server/config/extend-policy.ts";

const redact = { operator: "redact" } as const;
const mask = { operator: "mask", keepLast: 2 } as const;
const detector = (entity: string, pattern: string) => ({ entity, pattern, hits: [pattern] });

describe("a policy that extends another", () => {
  const rows: readonly (readonly [string, PolicyConfig, PolicyConfig, PolicyConfig])[] = [
    ["has its rules", { threshold: 0.5, onInvalid: "drop" }, {}, { threshold: 0.5, onInvalid: "drop" }],
    [
      "replaces single values",
      { threshold: 0.5, numbers: "shape" },
      { threshold: 0.9 },
      { threshold: 0.9, numbers: "shape" },
    ],
    [
      "takes a key of a map from one of the two, whole",
      { operators: { EMAIL: mask, IBAN: redact } },
      { operators: { EMAIL: { operator: "mask" } } },
      { operators: { EMAIL: { operator: "mask" }, IBAN: redact } },
    ],
    ["adds fields", { fields: { a: redact } }, { fields: { b: mask } }, { fields: { a: redact, b: mask } }],
    [
      "joins lists, each item once",
      { entities: ["EMAIL", "IBAN"], except: ["a"] },
      { entities: ["IBAN", "PHONE"], except: ["b"] },
      { entities: ["EMAIL", "IBAN", "PHONE"], except: ["a", "b"] },
    ],
    [
      "replaces a detector by its entity",
      { detectors: [detector("A", "a"), detector("B", "b")] },
      { detectors: [detector("B", "c")] },
      { detectors: [detector("A", "a"), detector("B", "c")] },
    ],
    [
      "drops inherited rules for what it does not look for, but its own and the one for all others",
      { operators: { EMAIL: mask, IBAN: mask, default: redact } },
      { entities: ["IBAN"], operators: { PHONE: mask } },
      { entities: ["IBAN"], operators: { IBAN: mask, default: redact, PHONE: mask } },
    ],
  ];
  test.each(rows)("%s", (_name, base, own, whole) => {
    expect(extendPolicy({ base, own: { extends: "base", ...own } }, "own")).toEqual(whole);
  });

  test("goes on through those that its base extends, nearest last", () => {
    const policies = {
      a: { threshold: 0.1, numbers: "shape" },
      b: { extends: "a", threshold: 0.2 },
      c: { extends: "b" },
    } as const;
    expect(extendPolicy(policies, "c")).toEqual({ threshold: 0.2, numbers: "shape" });
  });

  test.each<[string, Readonly<Record<string, PolicyConfig>>]>([
    ["itself", { a: { extends: "a" } }],
    ["one that extends it", { a: { extends: "b" }, b: { extends: "c" }, c: { extends: "a" } }],
    ["one that goes round without it", { a: { extends: "b" }, b: { extends: "b" } }],
    ["nothing that exists", { a: { extends: "b" } }],
    ["a name of every object", { a: { extends: "constructor" } }],
  ])("is refused when it extends %s", (_name, policies) => {
    expect(() => extendPolicy(policies, "a")).toThrow("not valid");
  });
});
