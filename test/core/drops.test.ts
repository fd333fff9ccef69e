/** What is dropped, against a definition that parses, drops and writes; and that nothing of it matters to the cuts. */
import { parse as parseCsv } from "csv-parse/sync";
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
  tuple,
} from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compilePolicy,
  createMasker,
  maskEvent,
  maskWhole,
  type Format,
  type Policy,
  type PolicySpec,
} from "../../src/core/index.ts";
import { parseFieldPath, type PathStep } from "../../src/core/field-path.ts";
import { cutsAt, maskCut } from "../support/every-cut.ts";
import { tries } from "../support/seed.ts";

const EMAIL = "jane@acme.com";
const CARD = "4111 1111 1111 1111";
const SECRET = "ssn 536-90-4399";
const GONE = Symbol("gone");
type Steps = readonly (string | number)[];
interface Rule {
  readonly path: string;
  readonly operator: "drop-field" | "redact" | "keep";
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (bytes: Uint8Array | null): string => new TextDecoder().decode(bytes ?? encode("dropped"));

/** What is left of a path behind a way down, in every reading of it. */
function rests(pattern: readonly PathStep[], way: Steps): (readonly PathStep[])[] {
  const [step, ...rest] = pattern;
  if (way.length === 0) return step?.kind === "anyDepth" ? [pattern, ...rests(rest, way)] : [pattern];
  if (step === undefined) return [];
  const [first, ...further] = way;
  if (step.kind === "anyDepth") return [...rests(rest, way), ...rests(pattern, further)];
  const fits = {
    name: step.kind === "name" && first === step.name,
    index: step.kind === "index" && first === step.index,
    anyIndex: typeof first === "number",
    any: true,
  }[step.kind];
  return fits ? rests(rest, further) : [];
}

function stepsOf(path: string): readonly PathStep[] {
  const parsed = parseFieldPath(path);
  return parsed.ok ? parsed.steps : [];
}

/** The rules that end at the longest way down; of those one that hides, in the order of the policy. */
function verdictOf(rules: readonly Rule[], way: Steps): Rule["operator"] | undefined {
  for (let length = way.length; length >= 0; length--) {
    const ended = rules.filter(({ path }) =>
      rests(stepsOf(path), way.slice(0, length)).some((one) => one.length === 0),
    );
    if (ended.length > 0) return (ended.find(({ operator }) => operator !== "keep") ?? ended[0]).operator;
  }
  return undefined;
}

function mayShowBelow(rules: readonly Rule[], way: Steps): boolean {
  return rules.some(
    ({ path, operator }) => operator === "keep" && rests(stepsOf(path), way).some((one) => one.length > 0),
  );
}

function dropped(rules: readonly Rule[], value: JsonValue, way: Steps): JsonValue | typeof GONE {
  const verdict = verdictOf(rules, way);
  if (typeof value === "object" && value !== null) {
    if (verdict === "drop-field" && !mayShowBelow(rules, way)) return GONE;
    if (Array.isArray(value)) return value.map((one, at) => orNull(dropped(rules, one, [...way, at])));
    const members = Object.entries(value).flatMap(([name, one]) => {
      const left = name === EMAIL ? GONE : dropped(rules, one as JsonValue, [...way, name]);
      return left === GONE ? [] : [[name, left] as const];
    });
    return Object.fromEntries(members);
  }
  if (verdict === "drop-field") return GONE;
  if (verdict === "keep" || value === null || value === "") return value;
  if (verdict === "redact") return "[FIELD]";
  if (typeof value === "string" && value.startsWith("{"))
    return JSON.stringify(dropped(rules, JSON.parse(value) as JsonValue, way));
  if (typeof value === "string" && value.includes(EMAIL)) return GONE;
  return value === CARD ? "[CREDIT_CARD]" : value;
}

/** True when something is found that takes the whole event: nowhere that a path speaks of, and also in what goes anyway. */
function takesEvent(rules: readonly Rule[], value: JsonValue, way: Steps): boolean {
  const verdict = verdictOf(rules, way);
  if (typeof value === "object" && value !== null) {
    if (verdict === "drop-field" && !mayShowBelow(rules, way)) return false;
    return Object.entries(value).some(
      ([key, one]) =>
        (!Array.isArray(value) && key === SECRET) ||
        takesEvent(rules, one as JsonValue, [...way, Array.isArray(value) ? Number(key) : key]),
    );
  }
  return verdict === undefined && typeof value === "string" && value.includes(SECRET);
}

function orNull(value: JsonValue | typeof GONE): JsonValue {
  return value === GONE ? null : value;
}

const name = constantFrom("a", "b", "c", "d e", EMAIL);
const nested = constantFrom<JsonValue[]>(
  `{"x":1,"y":"${EMAIL}"}`,
  `{"y":"${EMAIL}","x":[{"z":"${EMAIL}"}]}`,
  `{"a":{"b":"${EMAIL}"},"b":2}`,
);
const { document } = letrec<{ document: JsonValue; leaf: JsonValue }>((tie) => ({
  leaf: oneof(
    constantFrom<JsonValue[]>("x", "", 1, -2.5, true, false, null, EMAIL, EMAIL, `to ${EMAIL}`, CARD),
    nested,
  ),
  document: oneof(
    { maxDepth: 4, withCrossShrink: true },
    tie("leaf"),
    array(tie("document"), { maxLength: 3 }),
    dictionary(name, tie("document"), { maxKeys: 5 }),
    dictionary(name, tie("document"), { maxKeys: 5 }),
  ),
}));
const step = constantFrom(".a", ".b", ".c", '["d e"]', ".*", ".**", "[*]", "[0]");
const path = array(step, { minLength: 1, maxLength: 3 }).map((steps) => steps.join("").replace(/^\./, ""));
const rules = array(
  record({ path, operator: constantFrom<Rule["operator"][]>("drop-field", "drop-field", "redact", "keep") }),
  { maxLength: 3 },
);

/** Refused at the start: nothing below a path that is dropped can take effect. */
function isUnreached(rows: readonly Rule[]): boolean {
  const paths = rows.map(({ path: one, operator }) => ({ operator, text: JSON.stringify(stepsOf(one)).slice(0, -1) }));
  const above = paths.filter(({ operator }) => operator === "drop-field");
  return (
    rows.every(({ operator }) => operator !== "keep") &&
    paths.some(({ text: one }) => above.some((other) => one.startsWith(`${other.text},`)))
  );
}

function policyOf(rows: readonly Rule[]): Policy {
  const fields = Object.fromEntries(rows.map(({ path: key, operator }) => [key, { operator }]));
  const operators = { EMAIL: { operator: "drop-field" } } as const;
  return compilePolicy({ onInvalid: "drop", entities: ["EMAIL", "CREDIT_CARD"], operators, fields });
}

const eventName = constantFrom("a", "b", "c", EMAIL, SECRET);
const { document: eventDocument } = letrec<{ document: JsonValue }>((tie) => ({
  document: oneof(
    { maxDepth: 4, withCrossShrink: true },
    constantFrom<JsonValue[]>("x", 1, null, EMAIL, `to ${EMAIL}`, SECRET),
    array(tie("document"), { maxLength: 3 }),
    dictionary(eventName, tie("document"), { maxKeys: 3 }),
    dictionary(name, tie("document"), { maxKeys: 3 }),
  ),
}));

const spacings = array(constantFrom("", "", " ", "\n", "\t \r\n"), { minLength: 1, maxLength: 7 });

/** The same value with white space around every sign of its structure. */
function spaced(value: JsonValue, spaces: readonly string[]): string {
  let at = 0;
  const space = (): string => spaces[at++ % spaces.length];
  const write = (one: JsonValue): string => {
    if (typeof one !== "object" || one === null) return JSON.stringify(one);
    const members = Array.isArray(one)
      ? one.map((item) => space() + write(item) + space())
      : Object.entries(one).map(
          ([key, item]) => `${space()}${JSON.stringify(key)}${space()}:${space()}${write(item as JsonValue)}${space()}`,
        );
    return Array.isArray(one) ? `[${members.join(",")}]` : `{${members.join(",") || space()}}`;
  };
  return space() + write(value) + space();
}

describe("drop-field in JSON", () => {
  test("means what the definition means, and is the same at random cuts and at every byte", () => {
    let compared = 0;
    assert(
      property(rules, document, spacings, array(nat(400), { maxLength: 6 }), (rows, value, spaces, places) => {
        const unique = [...new Map(rows.map((row) => [row.path, row])).values()];
        if (unique.some(({ path: one, operator }) => operator === "keep" && /^(?:\*\*\.?)+$/.test(one))) return;
        if (isUnreached(unique)) {
          expect(() => policyOf(unique)).toThrow("the configuration is not valid");
          return;
        }
        const policy = policyOf(unique);
        const wanted = orNull(dropped(unique, value, []));
        const plain = encode(JSON.stringify(value));
        expect(text(maskWhole(policy, "json", plain))).toBe(JSON.stringify(wanted));
        const bytes = encode(spaced(value, spaces));
        const whole = text(maskWhole(policy, "json", bytes));
        expect(JSON.parse(whole)).toEqual(wanted);
        expect(text(maskWhole(policy, "ndjson", plain))).toBe(JSON.stringify(wanted));
        const cuts = cutsAt(places, bytes.length);
        expect(text(maskCut(policy, "json", { bytes, cuts }))).toBe(whole);
        expect(text(maskCut(policy, "json", { bytes, cuts: Array.from(bytes, (_, at) => at) }))).toBe(whole);
        compared++;
      }),
      tries(700),
    );
    expect(compared).toBeGreaterThan(600);
  });

  test("holds no more than one member, and fails closed when that is longer than the limit", () => {
    const policy = compilePolicy(
      { onInvalid: "drop", operators: { EMAIL: { operator: "drop-field" } } },
      { limits: { lineLimitBytes: 64 } },
    );
    const run = (input: string): string => {
      const masker = createMasker(policy, "json");
      const parts = Array.from(encode(input), (byte) => {
        const out = masker.push(Uint8Array.of(byte));
        // A member up to its value, and the value: each as long as the limit.
        expect(masker.heldBytes).toBeLessThanOrEqual(2 * 64 + 2);
        return out;
      });
      const whole = text(Buffer.concat([...parts, masker.flush()]));
      expect(text(maskWhole(policy, "json", encode(input)))).toBe(whole);
      return whole;
    };
    const member = (length: number): string => `"b":"${"x".repeat(length - 7)}"`;
    expect(member(63)).toHaveLength(62);
    // The comma counts, too: 64 bytes, and one more.
    expect(run(`{"a":1,${member(64)},"c":2}`)).toBe(`{"a":1,${member(64)},"c":2}`);
    expect(run(`{"a":1,${member(65)},"c":2}`)).toBe('{"a":1');
    expect(run(`{"a":1,${" ".repeat(70)}"b":2}`)).toBe('{"a":1');
    expect(run(`{"a":1${" ".repeat(70)}}`)).toBe('{"a":1');
    // What is dropped is never held, whatever its length.
    const long = `{"${EMAIL}":[${'{"n":[1,2]},'.repeat(500)}3],"b":2}`;
    expect(run(long)).toBe('{"b":2}');
  });

  test("never lets a broken document end with a name whose value is not decided", () => {
    const policy = policyOf([]);
    for (const input of [`{"a":1,"b":"${EMAIL}`, `{"a":1,"b":`, `{"a":1,"b"`, `{"a":1,`, `{"a":1,"b":"${EMAIL}"x`])
      expect(text(maskWhole(policy, "json", encode(input)))).toBe('{"a":1');
  });
});

const EVENTS: PolicySpec = {
  onInvalid: "drop",
  entities: ["EMAIL", "US_SSN"],
  operators: { US_SSN: { operator: "drop-event" }, EMAIL: { operator: "drop-field" } },
};

describe("drop-event", () => {
  const policy = compilePolicy(EVENTS);
  const cell = constantFrom("x", "", "a, b", 'say "x"', "two\nlines", EMAIL, SECRET, `${SECRET} ${EMAIL}`);
  const row = tuple(cell, cell, cell);
  const eachCut = (format: Format, input: string, places: readonly number[]): string => {
    const bytes = encode(input);
    const whole = text(maskWhole(policy, format, bytes));
    const cuts = cutsAt(places, bytes.length);
    expect(text(maskCut(policy, format, { bytes, cuts }))).toBe(whole);
    expect(text(maskCut(policy, format, { bytes, cuts: Array.from(bytes, (_, at) => at) }))).toBe(whole);
    return whole;
  };
  const places = array(nat(800), { maxLength: 6 });
  const isLeft = (cells: readonly string[]): boolean => !cells.some((one) => one.includes(SECRET));
  const left = (cells: readonly string[]): readonly string[] => cells.map((one) => (one.includes(EMAIL) ? "" : one));
  const end = constantFrom("\n", "\r\n");

  test("leaves CSV that is rectangular, without the records that hold it", () => {
    const quote = (one: string): string => (/[",\n]/.test(one) ? `"${one.replaceAll('"', '""')}"` : one);
    assert(
      property(array(row, { maxLength: 6 }), end, places, (rows, eol, cuts) => {
        const all = [["id", "note", "more"], ...rows];
        const masked = eachCut("csv", all.map((cells) => cells.map(quote).join(",") + eol).join(""), cuts);
        const wanted = [all[0], ...rows.filter(isLeft).map(left)];
        expect(parseCsv(masked)).toEqual(wanted);
      }),
      tries(300),
    );
  });

  test("is of the whole event, wherever in it, but where a path speaks", () => {
    let gone = 0;
    assert(
      property(rules, eventDocument, (rows, value) => {
        const unique = [...new Map(rows.map((one) => [one.path, one])).values()];
        if (isUnreached(unique) || unique.some(({ path: one }) => /^(?:\*\*\.?)+$/.test(one))) return;
        const fields = Object.fromEntries(unique.map(({ path: key, operator }) => [key, { operator }]));
        const both = compilePolicy({ ...EVENTS, fields });
        const isGone = takesEvent(unique, value, []);
        const line = encode(JSON.stringify(value));
        const wanted = isGone ? "dropped" : JSON.stringify(orNull(dropped(unique, value, [])));
        expect(text(maskEvent(both, line))).toBe(wanted);
        expect(text(maskWhole(both, "ndjson", line))).toBe(isGone ? "" : wanted);
        if (isGone) gone++;
        // One document is no event: what is left of it is JSON all the same.
        const whole = text(maskWhole(both, "json", line));
        expect(() => JSON.parse(whole) as unknown).not.toThrow();
        expect(text(maskCut(both, "json", { bytes: line, cuts: Array.from(line, (_, at) => at) }))).toBe(whole);
      }),
      tries(600),
    );
    expect(gone).toBeGreaterThan(100);
  });

  test("leaves lines, elements and server-sent events that hold none", () => {
    const frames: readonly [Format, (json: string, eol: string) => string][] = [
      ["ndjson", (json, eol) => json + eol],
      ["json-seq", (json) => `\u001e${json}\n`],
      ["sse", (json, eol) => `id: 7${eol}data: ${json}${eol}${eol}`],
    ];
    assert(
      property(array(row, { maxLength: 6 }), end, places, (rows, eol, cuts) => {
        for (const [format, frame] of frames) {
          const write = ([a, b, c]: readonly string[], isMasked: boolean): string => {
            const members = Object.entries({ a, b, c }).filter(([, one]) => !isMasked || !one?.includes(EMAIL));
            return frame(JSON.stringify(Object.fromEntries(members)), eol);
          };
          const masked = eachCut(format, rows.map((cells) => write(cells, false)).join(""), cuts);
          expect(masked).toBe(
            rows
              .filter(isLeft)
              .map((cells) => write(cells, true))
              .join(""),
          );
        }
      }),
      tries(200),
    );
  });

  test("counts each by the finding, and as an event that did not leave", () => {
    const counted: string[] = [];
    const observed = compilePolicy(EVENTS, {
      observer: {
        masked: (entity, operator, count) => counted.push(`${entity} ${operator} ${count}`),
        invalid: (reason) => counted.push(reason),
        truncated: () => counted.push("truncated"),
      },
    });
    const input = `{"a":"${SECRET} ${EMAIL}","b":"${SECRET}"}\n{"a":"${EMAIL}","b":"${EMAIL}"}\n`;
    expect(text(maskWhole(observed, "ndjson", encode(input)))).toBe("{}\n");
    expect(counted).toEqual(["US_SSN drop-event 1", "EVENT_DROPPED", "EMAIL drop-field 1", "EMAIL drop-field 1"]);
  });

  test("of an event that is longer than the limit lets nothing of it through", () => {
    const small = compilePolicy(EVENTS, { limits: { lineLimitBytes: 40 } });
    const long = `{"a":"${"x".repeat(60)}","b":"${SECRET}"}`;
    const shapes: readonly [Format, string, string][] = [
      ["ndjson", `{"a":1}\n${long}\n{"a":2}\n`, '{"a":1}\n{"a":2}\n'],
      ["sse", `data: 1\n\ndata: ${long}\n\ndata: 2\n\n`, "data: 1\n\ndata: 2\n\n"],
      ["csv", `a,b\n1,2\n"${"x".repeat(60)}",${SECRET}\n3,4\n`, "a,b\n1,2\n3,4\n"],
    ];
    for (const [format, input, output] of shapes) expect(text(maskWhole(small, format, encode(input)))).toBe(output);
  });

  test("of one event's data gives none", () => {
    expect(maskEvent(policy, encode(`{"a":"${SECRET}"}`))).toBeNull();
    expect(maskEvent(policy, encode(SECRET))).toBeNull();
    expect(text(maskEvent(policy, encode(`{"a":"${EMAIL}"}`)))).toBe("{}");
  });
});

test("no byte that marks a drop leaves, nor is taken from the input", () => {
  const policy = compilePolicy(EVENTS);
  for (const byte of [0xfe, 0xff]) {
    const input = Buffer.concat([Buffer.from('{"a":"'), Buffer.of(byte), Buffer.from(`","b":"${EMAIL}"}\n`)]);
    expect(text(maskWhole(policy, "ndjson", input))).toBe('{"a":"\ufffd"}\n');
  }
});
