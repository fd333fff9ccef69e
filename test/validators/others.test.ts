/** Our validators beside those that others wrote: every disagreement is explained, and every explanation is needed. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { DISAGREEMENTS } from "./disagreements.ts";
import { disagreementsOn, explains } from "./judge.ts";
import { NUMBERS } from "./numbers.ts";
import { PRIMITIVES } from "./primitives.ts";

/** Some of the others refuse days that are still to come. */
const TODAY = new Date("2026-11-29T12:00:00Z");
beforeAll(() => vi.useFakeTimers({ now: TODAY, toFake: ["Date"] }));
afterAll(() => vi.useRealTimers());

describe.each([...PRIMITIVES, ...NUMBERS].filter(({ others }) => others.length > 0))("$entity", (row) => {
  const rows = DISAGREEMENTS.filter(({ entity }) => entity === row.entity);

  it("is what others take for one, valid or corrupted, but for what a row explains", () => {
    const { agreed, judged } = disagreementsOn(row);
    const open = judged.filter((one) => !rows.some((known) => explains(known, row.entity, one)));
    expect(open).toEqual([]);
    const idle = rows.filter((known) => !judged.some((one) => explains(known, row.entity, one)));
    expect(idle, "rows that explain nothing any more").toEqual([]);
    expect(agreed).toBeGreaterThan(10);
  });
});

it("explains numbers of the table and their others only", () => {
  const known = new Set(NUMBERS.flatMap(({ entity, others }) => others.map(({ name }) => `${entity} ${name}`)));
  expect(DISAGREEMENTS.filter(({ entity, other }) => !known.has(`${entity} ${other}`))).toEqual([]);
});
