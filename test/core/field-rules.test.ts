/** Paths of fields: what they mean, against a definition that walks values and tries every way. */
import {
  array,
  assert,
  constantFrom,
  dictionary,
  type JsonValue,
  letrec,
  nat,
  oneof,
  property,
  record,
} from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compilePolicy,
  ConfigurationError,
  createMasker,
  type Format,
  maskWhole,
  type PolicySpec,
} from "../../src/core/index.ts";
import { parseFieldPath, type PathStep } from "../../src/core/field-path.ts";
import { cutsAt, maskCut } from "../support/every-cut.ts";
import { tries } from "../support/seed.ts";

type Steps = readonly (string | number)[];

function matches(pattern: readonly PathStep[], path: Steps): boolean {
  const [step, ...rest] = pattern;
  if (step === undefined) return path.length === 0;
  if (step.kind === "anyDepth") return matches(rest, path) || (path.length > 0 && matches(pattern, path.slice(1)));
  if (path.length === 0) return false;
  const [first] = path;
  const fits = {
    name: step.kind === "name" && first === step.name,
    index: step.kind === "index" && first === step.index,
    anyIndex: typeof first === "number",
    any: true,
  }[step.kind];
  return fits && matches(rest, path.slice(1));
}

interface Rule {
  readonly path: string;
  readonly operator: "redact" | "keep";
}

/** The deepest rule on the way down decides, and of those that end there one that hides. */
function verdictOf(rules: readonly Rule[], path: Steps): Rule["operator"] | undefined {
  for (let length = path.length; length >= 0; length--) {
    const ended = rules.filter((rule) => {
      const parsed = parseFieldPath(rule.path);
      return parsed.ok && matches(parsed.steps, path.slice(0, length));
    });
    if (ended.some(({ operator }) => operator === "redact")) return "redact";
    if (ended.length > 0) return "keep";
  }
  return undefined;
}

/** Strings that hold JSON are walked; `hit` is what the one detector finds. */
function expected(rules: readonly Rule[], value: JsonValue, path: Steps = []): JsonValue {
  if (Array.isArray(value)) return value.map((one, i) => expected(rules, one, [...path, i]));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, expected(rules, one as JsonValue, [...path, key])]),
    );
  const verdict = verdictOf(rules, path);
  if (verdict === "keep" || value === null || value === "") return value;
  if (verdict === "redact") return "[FIELD]";
  return value === "jane@acme.com" ? "[EMAIL]" : value;
}

const name = constantFrom("a", "b", "c", "d e");
const { document } = letrec<{ document: JsonValue; leaf: JsonValue }>((tie) => ({
  leaf: constantFrom<JsonValue[]>("x", "", 1, -2.5, true, false, null, "jane@acme.com"),
  document: oneof(
    { maxDepth: 4, withCrossShrink: true },
    tie("leaf"),
    array(tie("document"), { maxLength: 3 }),
    dictionary(name, tie("document"), { maxKeys: 4 }),
  ),
}));
const step = constantFrom(".a", ".b", ".c", '["d e"]', ".*", ".**", "[*]", "[0]", "[1]");
const path = array(step, { minLength: 1, maxLength: 4 }).map((steps) => steps.join("").replace(/^\./, ""));
const rules = array(record({ path, operator: constantFrom<Rule["operator"][]>("redact", "redact", "keep") }), {
  minLength: 1,
  maxLength: 4,
});

function policyOf(rows: readonly Rule[]): PolicySpec {
  const fields = Object.fromEntries(rows.map(({ path: key, operator }) => [key, { operator }]));
  return { onInvalid: "close", entities: ["EMAIL"], fields };
}

describe("field rules", () => {
  it("mean what the definition means, at any cut", () => {
    let compared = 0;
    assert(
      property(rules, document, array(nat(400), { maxLength: 6 }), (rows, value, places) => {
        // The last of two rules for one path is the one that the policy has.
        const unique = [...new Map(rows.map((row) => [row.path, row])).values()];
        const isRefused = unique.some(({ path: one, operator }) => operator === "keep" && /^(?:\*\*\.?)+$/.test(one));
        if (isRefused) return;
        const policy = compilePolicy(policyOf(unique));
        const bytes = new TextEncoder().encode(JSON.stringify(value));
        const cuts = cutsAt(places, bytes.length);
        const wanted = JSON.stringify(expected(unique, value));
        expect(new TextDecoder().decode(maskWhole(policy, "json", bytes))).toBe(wanted);
        expect(new TextDecoder().decode(maskCut(policy, "json", { bytes, cuts }))).toBe(wanted);
        compared++;
      }),
      tries(1200, 20_261_125),
    );
    expect(compared).toBeGreaterThan(1000);
  });

  it("stay small however documents wander through paths that fork", () => {
    const names = Array.from({ length: 40 }, (_, i) => `n${i}`);
    const fields = Object.fromEntries(names.map((one) => [`**.${one}.**.x${one}`, { operator: "redact" as const }]));
    const policy = compilePolicy({ onInvalid: "close", fields });
    let seed = 1;
    const draw = (): string => names[(seed = (seed * 48_271) % 2_147_483_647) % names.length];
    const rows = Array.from({ length: 3000 }, () => {
      const steps = Array.from({ length: 12 }, draw);
      return `${steps.map((one) => `{"${one}":`).join("")}{"x${steps[3]}":"v"}${"}".repeat(12)}\n`;
    });
    const masked = new TextDecoder().decode(maskWhole(policy, "ndjson", new TextEncoder().encode(rows.join(""))));
    expect(masked.match(/\[FIELD\]/g)).toHaveLength(3000);
  });

  it("hold in nesting as deep as the limit, and below a name of a megabyte", () => {
    const policy = compilePolicy(
      { onInvalid: "close", fields: { "**.pin": { operator: "redact" } } },
      { limits: { jsonDepthLimit: 10_000, lineLimitBytes: 2_000_000 } },
    );
    const deep = `${'{"a":'.repeat(9_999)}{"pin":"x"}${"}".repeat(9_999)}`;
    const long = `{"${"k".repeat(1_000_000)}":{"pin":"x"}}`;
    for (const text of [deep, long]) {
      const masked = new TextDecoder().decode(maskWhole(policy, "json", new TextEncoder().encode(text)));
      expect(masked).toBe(text.replace('"x"', '"[FIELD]"'));
    }
  });
});

describe("a path that says nothing", () => {
  const refusal = (spec: PolicySpec): string => {
    try {
      compilePolicy(spec);
      return "accepted";
    } catch (thrown) {
      return thrown instanceof ConfigurationError ? thrown.reason : "something else";
    }
  };
  const STEP_HELP = 'write steps as a name, *, **, [*], [0] or ["any name"], joined by dots';

  it.each([
    ["", STEP_HELP],
    ["a..b", STEP_HELP],
    [".a", STEP_HELP],
    ["a.", STEP_HELP],
    ["a[b]", STEP_HELP],
    ["a b", "separate steps by dots"],
    ["a[0]b", "separate steps by dots"],
    ["***", "separate steps by dots"],
    ["a*", "separate steps by dots"],
    ['["\\x"]', 'a name in brackets is a JSON string: ["a.b"]'],
    [Array.from({ length: 65 }, () => "a").join("."), "a path has at most 64 steps"],
  ])("is refused: %s", (path, reason) => {
    expect(refusal({ except: [path] })).toBe(`except: ${path}: ${reason}`);
  });

  it.each([
    [{ except: ["**"] }, "except: **: keeps everything; a policy that masks nothing is none"],
    [
      { fields: { a: { operator: "redact" } } },
      "onInvalid: what does not parse has no fields to hide; with `fields` that mask write drop or close",
    ],
    [{ only: Array.from({ length: 257 }, (_, i) => `a${i}`) }, "fields: there are 257 paths, over the limit of 256"],
  ] as const)("and so is a policy that could not do it: %j", (spec, reason) => {
    expect(refusal(spec)).toBe(reason);
  });

  it("takes 256 paths of 64 steps", () => {
    const long = Array.from({ length: 63 }, () => "*").join(".");
    expect(refusal({ only: Array.from({ length: 256 }, (_, i) => `${long}.a${i}`) })).toBe("accepted");
  });
});

describe("what a kept value holds is counted", () => {
  const spec = { fields: { "**.note": { operator: "keep" } }, except: ["contact", "ssn"] } as const;
  const count = (format: Format, input: string, cut?: number): Record<string, number> => {
    const counts: Record<string, number> = {};
    const kept = (policy: string, entity: string): void => {
      counts[`${policy} ${entity}`] = (counts[`${policy} ${entity}`] ?? 0) + 1;
    };
    const observer = { masked: () => {}, invalid: () => {}, truncated: () => {}, kept };
    const masker = createMasker(compilePolicy(spec, { name: "desk", observer }), format);
    const bytes = new TextEncoder().encode(input);
    masker.push(bytes.subarray(0, cut));
    if (cut !== undefined) masker.push(bytes.subarray(cut));
    masker.flush();
    return counts;
  };

  it.each<[string, Format, string, Record<string, number>]>([
    [
      "in JSON",
      "json",
      '{"note":"jane@acme.com or 4111111111111111","x":"jane@acme.com"}',
      { EMAIL: 1, CREDIT_CARD: 1 },
    ],
    ["in numbers", "ndjson", '{"a":{"note":4111111111111111}}\n', { CREDIT_CARD: 1 }],
    ["by the name of the field alone", "ndjson", '{"ssn":"536-90-4399"}\n', { US_SSN: 1 }],
    ["in JSON inside a string", "json", '{"note":"{\\"a\\":\\"jane\\\\u0040acme.com\\"}","b":1}', { EMAIL: 1 }],
    ["in events", "sse", 'data: {"note":"x"}\n\ndata: {"note":"jane@acme.com"}\n\n', { EMAIL: 1 }],
    ["in cells", "csv", 'id,contact\n1,x\n2,"jane@acme.com"\n3,joe@acme.com\n', { EMAIL: 2 }],
    ["in forms", "form", "contact=jane%40acme.com&x=joe%40acme.com", { EMAIL: 1 }],
    ["and nothing where nothing would be found", "ndjson", '{"note":"hello","x":"jane@acme.com"}\n', {}],
  ])("%s, wherever it is cut", (_name, format, input, counts) => {
    const expected = Object.fromEntries(Object.entries(counts).map(([entity, total]) => [`desk ${entity}`, total]));
    expect(count(format, input)).toEqual(expected);
    for (let cut = 1; cut < input.length; cut++) expect(count(format, input, cut)).toEqual(expected);
  });

  it("and not outside of `only`, where nobody looks", () => {
    let calls = 0;
    const observer = { masked: () => {}, invalid: () => {}, truncated: () => {}, kept: () => void calls++ };
    const policy = compilePolicy({ only: ["a"] }, { observer });
    maskWhole(policy, "json", new TextEncoder().encode('{"b":"jane@acme.com"}'));
    expect(calls).toBe(0);
  });
});

describe("a path below none of `only`", () => {
  const compiles = (only: string, except: string, fieldsIgnoreCase = false): boolean => {
    try {
      compilePolicy({ only: [only], except: [except], fieldsIgnoreCase });
      return true;
    } catch {
      return false;
    }
  };

  it.each([
    ["a", "a.b", true],
    ["a", "b", false],
    ["a.b", "a", false],
    ["a.b", "a.c", false],
    ["**.a", "x.y.a.b", true],
    ["**.a", "x.y", false],
    ["x.**.a", "y.a", false],
    ["a", "**.b", true],
    ["a.b.c", "a.**", true],
    ["a.*", "a.b.c", true],
    ["a[*]", "a[3].b", true],
    ["a[*]", "a.b", false],
    ["a[1]", "a[2]", false],
    ["a", "A.b", false],
  ])("only %s, except %s: %s", (only, except, isLed) => {
    expect(compiles(only, except)).toBe(isLed);
  });

  it("by case where that counts", () => expect(compiles("a", "A.b", true)).toBe(true));
});
