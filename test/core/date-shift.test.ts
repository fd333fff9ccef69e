/** Dates that are moved: by how much, against a definition made of Node's own cryptography, and what of them stays. */
import { createHmac, hkdfSync } from "node:crypto";
import { array, assert, constantFrom, integer, nat, property, record, string, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compilePolicy,
  ConfigurationError,
  createMasker,
  type Format,
  type KeyRing,
  type Policy,
  maskEvent,
  maskWhole,
  type PolicySpec,
} from "../../src/core/index.ts";
import { moveDate } from "../../src/core/written-date.ts";
import { CASE_KEY } from "../support/cases.ts";
import { findCutFailure } from "../support/every-cut.ts";
import { keysFrom } from "../support/keys.ts";
import { tries } from "../support/seed.ts";

const DAY_MS = 86_400_000;
const BOTH = `v1:${"1".repeat(32)}\nv2:${"2".repeat(32)}`;
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

const KEYS = keysFrom();
const compiled = new Map<string, Policy>();

function mask(spec: PolicySpec, format: Format, input: string, keys: KeyRing = KEYS): string {
  const name = JSON.stringify(spec);
  const policy = (keys === KEYS ? compiled.get(name) : undefined) ?? compilePolicy(spec, { keys });
  if (keys === KEYS) compiled.set(name, policy);
  return new TextDecoder().decode(maskWhole(policy, format, encode(input)));
}

/** What the page says: HKDF for the purpose, HMAC of the subject, six bytes of it, and no zero. */
function offsetOf(subject: string | undefined, days = 365, tenant = "default", secret = CASE_KEY): number {
  const info = `maskwire\0date-shift\0v1\0${tenant}\0`;
  const key = hkdfSync("sha256", secret, "maskwire/root/v1", info, 32);
  const digest = createHmac("sha256", Buffer.from(key))
    .update(subject === undefined ? "" : `s${subject}`)
    .digest();
  const place = digest.readUIntBE(0, 6) % (2 * days);
  return place < days ? place - days : place - days + 1;
}

const isoOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
const daysBetween = (one: string, other: string): number => (Date.parse(other) - Date.parse(one)) / DAY_MS;

const SHIFT = { operator: "date-shift", subject: "user.id" } as const;
const SPEC: PolicySpec = {
  onInvalid: "drop",
  operators: { DATE_OF_BIRTH: SHIFT },
  fields: { visit: SHIFT, "**.at": SHIFT },
};

describe("how far a date moves", () => {
  const subject = string({ unit: "grapheme-ascii", minLength: 1, maxLength: 12 }).filter((one) => /^[\w-]+$/.test(one));

  test("is what the definition says, never 0, within the range, and the same for one subject", () => {
    const offsets = new Set<number>();
    assert(
      property(subject, constantFrom(1, 2, 365, 3650), integer({ min: 0, max: 36_000 }), (id, days, day) => {
        const spec: PolicySpec = { onInvalid: "drop", fields: { visit: { ...SHIFT, days } } };
        const from = isoOf(Date.UTC(1950, 0, 1) + day * DAY_MS);
        const masked = JSON.parse(mask(spec, "json", JSON.stringify({ user: { id }, visit: from }))) as {
          visit: string;
        };
        const moved = daysBetween(from, masked.visit);
        expect(moved).toBe(offsetOf(id, days));
        expect(moved !== 0 && Math.abs(moved) <= days).toBe(true);
        if (days === 2) offsets.add(moved);
      }),
      tries(400),
    );
    expect([...offsets].toSorted((a, b) => a - b)).toEqual([-2, -1, 1, 2]);
  });

  test("keeps what lies between two dates of one subject, whatever entity and form they have", () => {
    const day = integer({ min: 0, max: 40_000 }).map((at) => isoOf(Date.UTC(1930, 0, 1) + at * DAY_MS));
    assert(
      property(day, day, subject, (dob, visit, id) => {
        const [year, month, date] = visit.split("-");
        const event = {
          dob,
          user: { id },
          visit: `${date}.${month}.${year}`,
          log: [{ at: visit.replaceAll("-", "") }],
        };
        const masked = JSON.parse(mask(SPEC, "json", JSON.stringify(event))) as typeof event;
        const [toDate, toMonth, toYear] = masked.visit.split(".");
        const moved = `${toYear}-${toMonth}-${toDate}`;
        expect(daysBetween(masked.dob, moved)).toBe(daysBetween(dob, visit));
        expect(masked.log).toEqual([{ at: moved.replaceAll("-", "") }]);
      }),
      tries(200),
    );
  });

  test("differs by subject, tenant, root key and key version, and not by entity", () => {
    const shown = (spec: PolicySpec, id: string, keys?: KeyRing): string =>
      mask(spec, "json", `{"dob":"1985-03-14","user":{"id":"${id}"}}`, keys).slice(8, 18);
    const all = [
      shown(SPEC, "a"),
      shown(SPEC, "b"),
      shown({ ...SPEC, tenant: "acme" }, "a"),
      shown(SPEC, "a", keysFrom("1".repeat(32))),
      shown(SPEC, "a", keysFrom(BOTH)),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(shown(SPEC, "a", keysFrom(BOTH, { current: 1 }))).toBe(all[3]);
    const pinned = { operators: { DATE_OF_BIRTH: { ...SHIFT, keyVersion: 1 } } };
    expect(shown(pinned, "a", keysFrom(BOTH))).toBe(all[3]);
    expect(daysBetween("1985-03-14", shown({ ...SPEC, tenant: "acme" }, "a"))).toBe(offsetOf("a", 365, "acme"));
  });
});

const DAYS_APART: readonly [string, number, string][] = [
  ["1985-03-14", 1, "1985-03-15"],
  ["2024-02-28", 1, "2024-02-29"],
  ["2023-02-28", 1, "2023-03-01"],
  ["1900-02-28", 1, "1900-03-01"],
  ["2000-03-01", -1, "2000-02-29"],
  ["2024-02-29", 365, "2025-02-28"],
  ["1999-12-31", 1, "2000-01-01"],
  ["1985-3-14", 20, "1985-4-3"],
  ["1985/03/14", 20, "1985/04/03"],
  ["1985.3.14", -14, "1985.2.28"],
  ["1985-03-14T23:59:59.999+02:00", 1, "1985-03-15T23:59:59.999+02:00"],
  ["1985-03-14 23:59", 1, "1985-03-15 23:59"],
  ["19850314", 20, "19850403"],
  ["19850314235959", 20, "19850403235959"],
  ["19850314T235959Z", 20, "19850403T235959Z"],
  ["14.03.1985", 20, "03.04.1985"],
  ["4.3.1985", 30, "3.4.1985"],
  ["12/25/1985", 11, "01/05/1986"],
  ["3/14/1985", 20, "4/3/1985"],
  ["14/3/1985", 20, "3/4/1985"],
  ["3-14-85", 1, "3-15-85"],
  ["12/31/99", 1, "01/01/00"],
  ["29.02.00", 1, "01.03.00"],
  ["14 March 1985", 20, "3 April 1985"],
  ["04 Mar 1985", 5, "09 Mar 1985"],
  ["1st may 1985", 1, "2nd may 1985"],
  ["10th May 1985", 1, "11th May 1985"],
  ["20TH MAY 1985", 1, "21ST MAY 1985"],
  ["31-Dec-1985", 1, "1-Jan-1986"],
  ["March 14, 1985", 20, "April 3, 1985"],
  ["Sept 30th, 1985", 3, "Oct 3rd, 1985"],
  ["Sep  30 1985 10:30", 1, "Oct  1 1985 10:30"],
  ["14+March+1985", -14, "28+February+1985"],
];

describe("a date that is written", () => {
  test.each(DAYS_APART)("%s and %i days is %s", (from, days, to) => {
    expect(moveDate(from, days)).toBe(to);
  });

  test.each([
    ["5/6/1985", undefined, "5/7/1985"],
    ["5/6/1985", "month-first", "5/7/1985"],
    ["5/6/1985", "day-first", "6/6/1985"],
    ["5.6.1985", undefined, "6.6.1985"],
    ["5.6.1985", "month-first", "5.7.1985"],
    ["5/13/1985", "day-first", "5/14/1985"],
    ["13.5.1985", "month-first", "14.5.1985"],
  ] as const)("%s is read by the order %s where it may be either", (from, order, to) => {
    expect(moveDate(from, 1, order)).toBe(to);
  });

  test.each([
    "1985-02-30",
    "31.11.1985",
    "1985-13-01",
    "14 Marsh 1985",
    "1985",
    "1985-03",
    "yesterday",
    "",
    "19850332",
    "1/2/3/1985",
    "0099-01-01",
  ])("%s is none", (text) => expect(moveDate(text, 1)).toBeUndefined());

  test("never leaves the years of four digits", () => {
    expect(moveDate("9999-12-31", 1)).toBeUndefined();
    expect(moveDate("1000-01-01", -1)).toBeUndefined();
    const far: PolicySpec = { onInvalid: "drop", fields: { a: { operator: "date-shift" } } };
    expect(mask(far, "json", '{"a":"9999-12-31","b":1}').length).toBeLessThan(30);
  });

  test("keeps its form, and is a day of the calendar, however far it moves", () => {
    const forms = [
      (y: string, m: string, d: string) => `${y}-${m}-${d}`,
      (y: string, m: string, d: string) => `${d}.${m}.${y}`,
      (y: string, m: string, d: string) => `${m}/${d}/${y}`,
      (y: string, m: string, d: string) => `${y}${m}${d}T120000`,
    ];
    assert(
      property(nat(40_000), integer({ min: -3650, max: 3650 }), constantFrom(...forms), (at, days, form) => {
        const write = (time: number): string => form(...(isoOf(time).split("-") as [string, string, string]));
        const time = Date.UTC(1930, 0, 1) + at * DAY_MS;
        const order = forms.indexOf(form) === 2 ? "month-first" : undefined;
        expect(moveDate(write(time), days, order)).toBe(write(time + days * DAY_MS));
      }),
      tries(2000),
    );
  });
});

describe("the subject", () => {
  const WANTED = isoOf(Date.parse("1985-03-14") + offsetOf("7") * DAY_MS);
  const TENANTS = isoOf(Date.parse("1985-03-14") + offsetOf(undefined) * DAY_MS);
  const dob = (json: string): string => (JSON.parse(json) as { dob: string }).dob;

  test.each([
    ["before the date", '{"user":{"id":"7"},"dob":"1985-03-14"}'],
    ["behind the date", '{"dob":"1985-03-14","x":{"user":{"id":"9"}},"user":{"name":"x","id":"7"}}'],
    ["as a number", '{"dob":"1985-03-14","user":{"id":7}}'],
    ["with escapes", String.raw`{"dob":"1985-03-14","us\u0065r":{"id":"\u0037"}}`],
    ["twice, of which the last counts", '{"dob":"1985-03-14","user":{"id":"9"},"user":{"id":"7"}}'],
    [
      "beside lists and deeper fields of the name",
      '{"user":{"l":[{"id":"1"},"id"],"o":{"id":2},"id":"7","p":{"id":3}},"dob":"1985-03-14"}',
    ],
  ])("counts %s", (_, record) => {
    for (const format of ["json", "ndjson", "json-seq"] as const) {
      const framed = format === "json-seq" ? `\u001e${record}\n` : record;
      expect(dob(mask(SPEC, format, framed).replace("\u001e", ""))).toBe(WANTED);
    }
    expect(dob(mask(SPEC, "sse", `data: ${record}\n\n`).slice(6))).toBe(WANTED);
    expect(
      dob(new TextDecoder().decode(maskEvent(compilePolicy(SPEC, { keys: keysFrom() }), encode(record)) ?? undefined)),
    ).toBe(WANTED);
  });

  test.each([
    ["is not there", '{"dob":"1985-03-14"}'],
    ["is empty", '{"dob":"1985-03-14","user":{"id":""}}'],
    ["is null", '{"dob":"1985-03-14","user":{"id":null}}'],
    ["is an object", '{"dob":"1985-03-14","user":{"id":{"id":"7"}}}'],
    ["is in a list", '{"dob":"1985-03-14","user":[{"id":"7"}]}'],
    ["stands elsewhere", '{"dob":"1985-03-14","a":{"user":{"id":"7"}},"id":"7"}'],
  ])("is the tenant where it %s", (_, record) => {
    expect(dob(mask(SPEC, "json", record))).toBe(TENANTS);
  });

  test("of one record is not that of the next", () => {
    const lines = [
      '{"dob":"1985-03-14","user":{"id":"7"}}',
      '{"dob":"1985-03-14"}',
      '{"dob":"1985-03-14","user":{"id":8}}',
    ];
    const masked = mask(SPEC, "ndjson", `${lines.join("\n")}\n`)
      .trim()
      .split("\n")
      .map(dob);
    expect(masked).toEqual([WANTED, TENANTS, isoOf(Date.parse("1985-03-14") + offsetOf("8") * DAY_MS)]);
  });

  test("of CSV is a column; where no column is known, in forms and in text it is the tenant", () => {
    expect(mask(SPEC, "csv", "visit,user.id,n\n1985-03-14,7,1\n1985-03-14,,2\n1985-03-14,7\n")).toBe(
      `visit,user.id,n\n${WANTED},7,1\n${TENANTS},,2\n`,
    );
    expect(mask(SPEC, "form", "user.id=7&dob=1985-03-14")).toBe(`user.id=7&dob=${TENANTS}`);
    expect(mask(SPEC, "text", "user.id=7 dob 1985-03-14")).toBe(`user.id=7 dob ${TENANTS}`);
  });

  test("is no tenant, whatever it is called", () => {
    expect(dob(mask(SPEC, "json", '{"dob":"1985-03-14","user":{"id":"default"}}'))).not.toBe(TENANTS);
  });

  test("keeps a document whole up to the limit, and one byte more is what the policy says of it", () => {
    const document = '{"dob":"1985-03-14","user":{"id":"7"}}';
    const limit = (lineLimitBytes: number) => compilePolicy(SPEC, { keys: keysFrom(), limits: { lineLimitBytes } });
    const run = (bytes: number): string => new TextDecoder().decode(maskWhole(limit(bytes), "json", encode(document)));
    expect(run(document.length)).toBe(document.replace("1985-03-14", WANTED));
    expect(run(document.length - 1)).toBe("");
    const masker = createMasker(limit(document.length), "json");
    expect(masker.push(encode(document)).length).toBe(0);
    expect(masker.heldBytes).toBe(document.length);
  });

  test("matters in no format to the cuts", () => {
    const json = '{"dob":"1985-03-14","user":{"id":"7"},"visit":"14 March 1985"}';
    const inputs: readonly [Format, string][] = [
      ["json", json],
      ["ndjson", `${json}\n{"dob":"1985-03-14"}\n`],
      ["sse", `data: ${json}\n\ndata: born 1985-03-14\n\n`],
      ["csv", "visit,user.id\n1985-03-14,7\n1985-03-14,8\n"],
      ["form", "dob=1985-03-14&visit=14.03.1985"],
      ["text", "born on March 14, 1985 and DOB 3/14/85"],
    ];
    const policy = compilePolicy(SPEC, { keys: keysFrom() });
    for (const [format, input] of inputs) {
      expect(mask(SPEC, format, input)).not.toContain("1985-03-14");
      expect(findCutFailure(policy, format, encode(input))).toBeUndefined();
    }
  });

  test("is found as a parser finds it, in any document", () => {
    const value = tuple(
      constantFrom("id", "user", "x"),
      constantFrom<unknown>("7", 7, "", null, true, [], ["7"], { id: "7" }),
    );
    const object = array(value, { maxLength: 4 }).map((members) => Object.fromEntries(members));
    const document = record({ user: object, x: object, dob: constantFrom("1985-03-14") });
    assert(
      property(document, (one) => {
        const id = one.user["id"];
        const known = typeof id === "number" || (typeof id === "string" && id !== "") ? String(id) : undefined;
        const days = daysBetween("1985-03-14", dob(mask(SPEC, "json", JSON.stringify(one))));
        expect(days).toBe(offsetOf(known));
      }),
      tries(300),
    );
  });
});

test("what is no date is redacted", () => {
  const input = '{"visit":"soon","dob":"x","at":12,"user":{"id":7}}';
  expect(mask(SPEC, "json", input)).toBe('{"visit":"[FIELD]","dob":"[DATE_OF_BIRTH]","at":"[FIELD]","user":{"id":7}}');
});

test.each<readonly [string, PolicySpec, string]>([
  ["of what is no date", { operators: { EMAIL: { operator: "date-shift" } } }, "needs a date such as 1985-03-14"],
  ["of everything", { operators: { default: { operator: "date-shift" } } }, "needs a date such as 1985-03-14"],
  [
    "with a subject over several events",
    { operators: { DATE_OF_BIRTH: SHIFT }, joinMessages: true },
    "subject: goes without joinFields and joinMessages",
  ],
  [
    "with a subject that is a pattern",
    { operators: { DATE_OF_BIRTH: { ...SHIFT, subject: "users[*].id" } } },
    "subject: write names of fields joined by dots, such as user.id",
  ],
  [
    "of a key version that is not there",
    { operators: { DATE_OF_BIRTH: { ...SHIFT, keyVersion: 3 } } },
    "keyVersion: there is no key version 3; there are 1",
  ],
  ["of no days", { operators: { DATE_OF_BIRTH: { ...SHIFT, days: 0 } } }, "days: write a whole number from 1 to 3650"],
  [
    "of more days than ten years have",
    { operators: { DATE_OF_BIRTH: { ...SHIFT, days: 3651 } } },
    "days: write a whole number from 1 to 3650",
  ],
])("a shift is refused %s", (_, spec, says) => {
  const compile = (): unknown => compilePolicy(spec, { keys: keysFrom() });
  expect(compile).toThrow(ConfigurationError);
  expect(compile).toThrow(expect.objectContaining({ reason: expect.stringContaining(says) as string }) as Error);
});

test("a shift without a key is refused, by its place", () => {
  expect(() => compilePolicy({ operators: { DATE_OF_BIRTH: SHIFT } })).toThrow(
    expect.objectContaining({ code: "KEY_MISSING", at: ["operators", "DATE_OF_BIRTH"] }) as Error,
  );
});

test("a date of birth can be made less exact: its form is that of what is found, not of the text around it", () => {
  const spec = { operators: { DATE_OF_BIRTH: { operator: "generalize", to: "year" } } } as const;
  expect(mask(spec, "text", "DOB 1985-03-14")).toBe("DOB 1985");
});
