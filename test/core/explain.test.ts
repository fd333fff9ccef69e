/** Explanations are the masker's own decisions: as many, of the same entities, in the same order, each with its reason. */
import { array, assert, constantFrom, integer, nat, property, record, tuple, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { concat } from "../../src/core/bytes.ts";
import type { Edit } from "../../src/core/edit.ts";
import { explain } from "../../src/core/explain.ts";
import { maskedBy, refusedIn, type Testimony } from "../../src/core/explain/witness.ts";
import { FIELD } from "../../src/core/finding.ts";
import {
  compilePolicy,
  type FormatChoice,
  type MaskObserver,
  maskWhole,
  type PolicySpec,
} from "../../src/core/index.ts";
import { repairUtf8 } from "../../src/core/utf8-repair.ts";
import { BAD_INPUTS } from "../support/bad-input.ts";
import { loadCases } from "../support/cases.ts";
import { keysFrom } from "../support/keys.ts";
import { tries } from "../support/seed.ts";

const keys = keysFrom();
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What the masker counts. */
function countMasked(spec: PolicySpec, choice: FormatChoice, input: Uint8Array): string[] {
  const counted: string[] = [];
  maskWhole(compilePolicy(spec, { keys, observer: counter(counted) }), choice, input);
  return counted;
}

/** Writes down what is masked. */
function counter(counted: string[]): MaskObserver {
  return {
    masked: (entity: string, _operator: string, count: number): void => {
      for (let i = 0; i < count; i++) counted.push(entity);
    },
    invalid(): void {},
    truncated(): void {},
  };
}

/** Dropped records, and texts that go on from one record to the next, are not explained. */
const CASES = loadCases().filter(
  ({ policy }) =>
    (policy.onInvalid ?? "mask-as-text") === "mask-as-text" &&
    policy.joinFields === undefined &&
    policy.joinMessages === undefined,
);

describe("explain", () => {
  it("has cases", () => expect(CASES.length).toBeGreaterThan(100));

  it.each(CASES.map((row) => [`${row.file}: ${row.name}`, row] as const))("tells what was masked: %s", (_, row) => {
    const all = explain(compilePolicy(row.policy, { keys }), row.choice, row.input);
    const masked = all.filter(({ verdict }) => verdict === "masked");
    expect(masked.map(({ entity }) => entity).toSorted()).toEqual(
      countMasked(row.policy, row.choice, row.input).toSorted(),
    );
    for (const { testimony, entity } of masked)
      if (testimony === undefined)
        expect([FIELD, "AUTH_HEADER", "CARD_CVV_EXPIRY", "DATE_OF_BIRTH", "PASSWORD_FIELD", "KEYED_PII"]).toContain(
          entity,
        );
  });

  it("says where: offsets, and the path of a field", () => {
    const input = encode('{"a":1}\n{"user":{"mails":["x","jane@acme.com"],"b c":{"pwd":"x"}}}');
    const all = explain(compilePolicy({}), "ndjson", input);
    expect(all.map(({ path, entity, start, end }) => [path, entity, start, end])).toEqual([
      ["user.mails[1]", "EMAIL", 31, 44],
      ["user.b c.pwd", "PASSWORD_FIELD", 61, 62],
    ]);
    expect(all.map(({ value }) => new TextDecoder().decode(value))).toEqual(["jane@acme.com", "x"]);
  });

  it.each(BAD_INPUTS.map((row) => [row.name, row] as const))("takes what is not what it says: %s", (_, row) => {
    const read = repairUtf8(row.input);
    for (const { start, end, value } of explain(compilePolicy({}), row.choice, row.input)) {
      expect(end).toBeLessThanOrEqual(read.length);
      expect(value).toEqual(read.subarray(start, end));
    }
  });

  it("looks at bytes that are no text as the masker does", () => {
    const policy = compilePolicy({});
    const counted: string[] = [];
    const masker = compilePolicy({}, { observer: counter(counted) });
    const head = constantFrom("", "4111 1111 1111 1111", "jane@acme.com", '{"a":"');
    const bytes = tuple(head, uint8Array({ maxLength: 12 }), head, uint8Array({ maxLength: 12 }));
    assert(
      property(constantFrom<FormatChoice>("text", "json", "csv", "sse", "form"), bytes, (choice, [a, b, c, d]) => {
        const input = concat([encode(a), b, encode(c), d]);
        const masked = explain(policy, choice, input).filter(({ verdict }) => verdict === "masked");
        counted.length = 0;
        maskWhole(masker, choice, input);
        expect(masked.map(({ entity }) => entity).toSorted()).toEqual(counted.toSorted());
      }),
      tries(300),
    );
  });

  it("says what was nearly: the check that failed, the word that was missing", () => {
    const all = explain(compilePolicy({}), "text", encode("card 4111 1111 1111 1112, 536904399"));
    const refused = all.filter(({ verdict }) => verdict === "refused");
    expect(refused).toContainEqual(expect.objectContaining({ entity: "CREDIT_CARD", start: 5, end: 24 }));
    expect(refused).toContainEqual(expect.objectContaining({ entity: "US_SSN", start: 26, end: 35 }));
    expect(all.length).toBe(refused.length);
  });
});

/** Each edit beside each testimony: what `maskedBy` and `refusedIn` say without looking through all. */
function naiveReasons(edits: readonly Edit[], witness: readonly Testimony[], threshold: number): unknown[] {
  const overlaps = (one: Testimony, edit: Edit): boolean => one.start < edit.end && one.end > edit.start;
  const masked = edits.map((edit) => {
    const own = witness.filter((one) => one.entity === edit.entity && one.score > 0);
    const inside = own.filter((one) => overlaps(one, edit));
    const from = inside.length > 0 ? inside : own;
    const [best] = from.toSorted((a, b) => b.score - a.score || b.end - b.start - (a.end - a.start));
    return [edit.start, best];
  });
  const free = witness.filter((one) => one.score < threshold && !edits.some((edit) => overlaps(one, edit)));
  const places = [...new Set(free.map(({ entity, start }) => `${entity} ${start}`))];
  const longest = places.map((place) => {
    const there = free.filter(({ entity, start }) => `${entity} ${start}` === place);
    return there.reduce((best, one) => (one.end > best.end ? one : best));
  });
  return [...masked, ...longest];
}

describe("the reason of each", () => {
  const draw = record({ entity: constantFrom("A", "B"), gap: nat(3), length: integer({ min: 1, max: 4 }) });
  const said = record({
    entity: constantFrom("A", "B"),
    start: nat(40),
    length: integer({ min: 1, max: 6 }),
    score: constantFrom(0, 0.3, 0.75),
  });

  it("is that of a search through all", () => {
    assert(
      property(array(draw), array(said), (places, words) => {
        let at = 0;
        const edits = places.map(({ entity, gap, length }) => {
          const start = at + gap;
          at = start + length;
          return { entity, start, end: at, bytes: new Uint8Array(0) };
        });
        const witness = words.map(({ length, ...one }) => ({
          ...one,
          end: one.start + length,
          text: "",
          hasContext: false,
        }));
        const found = [
          ...maskedBy(edits, witness, "").map(({ start, testimony }) => [start, testimony]),
          ...refusedIn(witness, edits, 0.5).map(({ testimony }) => testimony),
        ];
        expect(found).toEqual(naiveReasons(edits, witness, 0.5));
      }),
      tries(300),
    );
  });
});
