/** Texts that go on from record to record are held within a limit, and past it nothing undecided passes. */
import { describe, expect, test } from "vitest";
import { compilePolicy, createMasker, maskWhole } from "../../src/core/index.ts";
import { cutsOf, maskCut } from "../support/every-cut.ts";

const LIMIT = 200;

function policyOf(reasons: string[] = []): ReturnType<typeof compilePolicy> {
  const observer = { masked() {}, invalid: (reason: string) => void reasons.push(reason), truncated() {} };
  return compilePolicy({ joinFields: ["d"] }, { limits: { joinLimitBytes: LIMIT, joinLimitEvents: 20 }, observer });
}

/** Records that wait for what follows `jane`, in bytes with their framing. */
function recordsOf(bytes: number): string {
  const first = `{"d":"jane"}\n`;
  const filler = `{"n":"${"x".repeat(20)}"}\n`;
  const count = Math.floor((bytes - first.length) / filler.length) - 1;
  const rest = bytes - first.length - count * filler.length - `{"n":""}\n`.length;
  return `${first}${filler.repeat(count)}{"n":"${"y".repeat(rest)}"}\n`;
}

describe("records that wait for what follows", () => {
  const rows = [
    { name: "at the limit go on", bytes: LIMIT, output: "[EMAIL]", reasons: [] },
    { name: "past the limit are hidden and counted", bytes: LIMIT + 1, output: "[FIELD]", reasons: ["JOIN_TOO_LONG"] },
  ];
  test.each(rows)("$name", ({ bytes, output, reasons }) => {
    const last = `{"d":"@acme.com"}\n`;
    const input = Buffer.from(recordsOf(bytes - last.length) + last);
    const seen: string[] = [];
    const whole = Buffer.from(maskWhole(policyOf(seen), "ndjson", input)).toString();
    expect(seen).toEqual(reasons);
    expect(JSON.parse(whole.split("\n")[0])).toEqual({ d: output });
    expect(whole).not.toContain("jane");
    const policy = policyOf();
    for (const cuts of cutsOf(input.length))
      expect(Buffer.from(maskCut(policy, "ndjson", { bytes: input, cuts })).toString()).toBe(whole);
  });

  const counts = [
    { records: 20, reasons: [] },
    { records: 21, reasons: ["JOIN_TOO_MANY"] },
  ];
  test.each(counts)("are hidden when there are too many: $records", ({ records, reasons }) => {
    const seen: string[] = [];
    createMasker(policyOf(seen), "ndjson").push(Buffer.from(`{"d":"jane"}\n${"{}\n".repeat(records - 1)}`));
    expect(seen).toEqual(reasons);
  });

  test("count one that is too long as one, in however many pieces it comes", () => {
    const policy = compilePolicy({ joinFields: ["d"] }, { limits: { lineLimitBytes: 40, joinLimitEvents: 2 } });
    const input = Buffer.from(`{"d":"jane"}\n{"n":"${"x. ".repeat(30)}"}\n`);
    for (const cuts of cutsOf(input.length))
      expect(Buffer.from(maskCut(policy, "ndjson", { bytes: input, cuts })).toString()).toBe(input.toString());
  });

  test.each([
    { records: 3, output: "jane" },
    { records: 4, output: "[FIELD]" },
  ])("count what stands before a value as a part of its record: $records", ({ records, output }) => {
    const policy = compilePolicy({ joinFields: ["d"] }, { limits: { joinLimitEvents: 3 } });
    const input = Buffer.from(`\u001e{"d":"jane"}\n${'\u001e{"n":1}\n'.repeat(records - 1)}`);
    expect(Buffer.from(maskWhole(policy, "json-seq", input)).toString()).toContain(`{"d":"${output}"}`);
  });

  test("hide with what is hidden the rest of a value that goes on there", () => {
    const filler = `{"n":"${"x".repeat(LIMIT)}"}\n`;
    const input = Buffer.from(`{"d":"pay 4"}\n${filler}{"d":"111 1111 1111 1111 is"}\n{"d":" it"}\n`);
    const output = Buffer.from(maskWhole(policyOf(), "ndjson", input)).toString();
    expect(output).toBe(`{"d":"pay [FIELD]"}\n${filler}{"d":" is"}\n{"d":" it"}\n`);
  });

  test("leave as soon as their text is decided, and others at once", () => {
    const masker = createMasker(policyOf(), "ndjson");
    const push = (text: string): string => Buffer.from(masker.push(Buffer.from(text))).toString();
    expect(push(`{"n":"free"}\n`)).toBe(`{"n":"free"}\n`);
    expect(push(`{"d":"jane"}\n`)).toBe("");
    expect(push(`{"n":"behind"}\n`)).toBe("");
    expect(masker.heldBytes).toBe(28);
    expect(push(`{"d":" is here. "}\n`)).toContain(`{"d":"jane"}\n{"n":"behind"}\n`);
  });
});
