/** What is not what it says it is: masked as text, dropped or refused by rule, never raw, and counted by reason. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compilePolicy, createMasker, ERRORS, maskWhole, ON_INVALID, StreamError } from "../../src/core/index.ts";
import { BAD_IN, BAD_INPUTS, type BadInput, MARKS } from "../support/bad-input.ts";
import { cutsOf, maskCut } from "../support/every-cut.ts";
import { REPOSITORY } from "../support/repository.ts";

/** Inputs up to this length are cut everywhere. */
const SHORT_BYTES = 400;

interface Result {
  /** Undefined: refused. */
  readonly output: string | undefined;
  readonly reasons: readonly string[];
}

const seen = new Set<string>();
const observer = {
  masked() {},
  invalid: (reason: string) => void seen.add(reason),
  truncated: () => void seen.add("truncated"),
};

function watch(run: () => Uint8Array): Result {
  seen.clear();
  try {
    const output = Buffer.from(run()).toString("latin1");
    return { output, reasons: [...seen] };
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(StreamError);
    expect((thrown as StreamError).code).toBe("INVALID_INPUT");
    return { output: undefined, reasons: [...seen] };
  }
}

function isSame(one: Result, other: Result): boolean {
  return one.output === other.output && one.reasons.join() === other.reasons.join();
}

function* someCuts({ input: { length } }: BadInput): Iterable<readonly number[]> {
  if (length <= SHORT_BYTES) yield* cutsOf(length);
  else for (const cut of [1, 17, length >> 2, length >> 1, length - 17, length - 1]) yield [cut];
}

describe.each(ON_INVALID)("%s", (onInvalid) => {
  const policy = compilePolicy({ onInvalid }, { observer });

  it.each(BAD_INPUTS)("$name", (row) => {
    const { choice, input, reason, kept = [] } = row;
    const whole = watch(() => maskWhole(policy, choice, input));
    expect(whole.reasons).toEqual(reason === undefined ? [] : [reason]);
    const isRefused = onInvalid === "close" && reason !== undefined && reason !== "truncated";
    expect(whole.output === undefined).toBe(isRefused);
    for (const mark of MARKS) expect(whole.output ?? "").not.toContain(mark);
    if (!isRefused) for (const text of kept) expect(whole.output).toContain(text);
    for (const cuts of someCuts(row)) {
      const cut = watch(() => maskCut(policy, choice, { bytes: input, cuts }));
      // `expect` takes longer than the cut itself: it is for what differs.
      if (!isSame(cut, whole)) expect([cuts, cut]).toEqual([cuts, whole]);
    }
  });
});

describe("the table", () => {
  it.each(Object.entries(BAD_IN))("has rows for %s", (_kind, rows) => {
    const names = BAD_INPUTS.map(({ name }) => name);
    const wanted = rows.flatMap(([row, formats]) => formats.map((format) => `${format}: ${row}`));
    expect(wanted.filter((name) => !names.includes(name))).toEqual([]);
  });

  it("has no row of which nobody says what it shows, and counts under codes of the one table", () => {
    const shown = Object.values(BAD_IN).flatMap((rows) => rows.flatMap(([row]) => row));
    const own = ["percent signs that open nothing, and no name", "a part that is no text"];
    const names = BAD_INPUTS.map(({ name }) => name.slice(name.indexOf(": ") + 2));
    expect(names.filter((name) => ![...shown, ...own].includes(name))).toEqual([]);
    const reasons = new Set(BAD_INPUTS.flatMap(({ reason }) => reason ?? []));
    reasons.delete("truncated");
    for (const reason of reasons) expect(Object.keys(ERRORS)).toContain(reason);
  });

  it.each([
    ["POST /v1/mask", "test/node/bad-input.test.ts", "it.each(BAD_INPUTS)"],
    ["POST /v1/mask, on every host", "test/contract/bad-input.ts", "multipart without a boundary"],
  ])("is shown to %s in %s: %s", async (_by, file, text) => {
    expect(await readFile(join(REPOSITORY, file), "utf8")).toContain(text);
  });
});

it("multipart without a boundary is refused before anything is read", () => {
  expect(() => createMasker(compilePolicy({}), "multipart")).toThrow(new StreamError("BAD_BOUNDARY"));
});
