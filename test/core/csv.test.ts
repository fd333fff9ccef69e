/** CSV against csv-parse: the same fields, and the masked file reads as the file of its masked fields. */
import { parse } from "csv-parse/sync";
import { array, assert, constantFrom, integer, oneof, property, record, string, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeCell, readRecord } from "../../src/core/csv/cells.ts";
import { CsvFraming } from "../../src/core/csv/framing.ts";
import { BUILT_IN } from "../../src/core/detectors/index.ts";
import { compilePolicy, createMasker, type Delimiter, maskWhole, type MaskObserver } from "../../src/core/index.ts";
import { findCutFailure, maskCut } from "../support/every-cut.ts";
import { tries } from "../support/seed.ts";

const policy = compilePolicy({});
const starred = compilePolicy({ operators: { default: { operator: "mask" } } });
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);

const SEPARATORS: Readonly<Record<Delimiter, string>> = { comma: ",", semicolon: ";", tab: "\t" };

/** What csv-parse reads; it takes one kind of line end a file. */
function readWithPeer(text: string, delimiter: string): string[][] {
  return parse(text, {
    delimiter,
    record_delimiter: ["\r\n", "\n"],
    relax_column_count: true,
    skip_empty_lines: false,
  });
}

/** What our own reader reads. */
function readWithOurs(text: string, delimiter: string): string[][] {
  const bytes = encode(text);
  const framing = new CsvFraming();
  framing.delimiter = delimiter.charCodeAt(0);
  const records: string[][] = [];
  for (let at = 0; at < bytes.length;) {
    const found = framing.findEnd(bytes, at);
    const end = found < 0 ? bytes.length : found;
    const line = bytes.subarray(at, end);
    at = end;
    const read = readRecord(line, 0, framing.delimiter);
    expect(read.isMalformed).toBe(false);
    // The LF of a CR LF is a record of its own here.
    if (decode(line) === "\n" && bytes[end - 2] === 0x0d) continue;
    records.push(read.cells.map((cell) => decode(decodeCell(line, cell).text)));
  }
  return records;
}

const field = oneof(
  constantFrom(...BUILT_IN.flatMap(({ hits, misses }) => [...hits, ...misses])),
  constantFrom(
    "",
    " ",
    "a,b",
    "a;b",
    "a\tb",
    'say "hi"',
    '"',
    '""',
    "line\nbreak",
    "cr\r\nlf",
    "é€𝄞",
    "536904399",
    "=1",
  ),
  string({ maxLength: 5 }),
);

interface Written {
  readonly text: string;
  readonly rows: readonly (readonly string[])[];
  readonly delimiter: Delimiter;
}

/** Files as RFC 4180 has them, with quotes where they are needed and sometimes where not. */
const files = record({
  width: integer({ min: 1, max: 4 }),
  fields: array(field, { minLength: 1, maxLength: 16 }),
  quotes: array(integer({ min: 0, max: 3 }), { minLength: 16, maxLength: 16 }),
  delimiter: constantFrom<Delimiter>("comma", "semicolon", "tab"),
  lineEnd: constantFrom("\n", "\r\n"),
}).map(({ width, fields, quotes, delimiter, lineEnd }): Written => {
  const rows: string[][] = [Array.from({ length: width }, (_, i) => ["id", "ssn", "note", "card"][i])];
  for (let at = 0; at < fields.length; at += width) {
    rows.push(Array.from({ length: width }, (_, i) => fields[at + i] ?? ""));
  }
  let written = 0;
  const write = (text: string): string => {
    const needsQuotes = /["\r\n,;\t]/.test(text) || (width === 1 && text === "");
    const isQuoted = needsQuotes || quotes[written++ % quotes.length] === 0;
    return isQuoted ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const text = rows.map((row) => row.map(write).join(SEPARATORS[delimiter]) + lineEnd).join("");
  return { text, rows, delimiter };
});

describe("fields of a record", () => {
  test("are those that csv-parse reads", () => {
    assert(
      property(files, ({ text, rows, delimiter }) => {
        expect(readWithPeer(text, SEPARATORS[delimiter])).toEqual(rows);
        expect(readWithOurs(text, SEPARATORS[delimiter])).toEqual(rows);
      }),
      tries(1500, 3),
    );
  });

  test("are masked one by one, and everything else keeps its bytes", () => {
    assert(
      property(files, constantFrom("redact", "mask"), ({ text, rows, delimiter }, operator) => {
        const masking = operator === "mask" ? starred : policy;
        const masked = decode(maskWhole(masking, { format: "csv", delimiter, header: "present" }, encode(text)));
        const read = readWithPeer(masked, SEPARATORS[delimiter]);
        expect(read.map((row) => row.length)).toEqual(rows.map((row) => row.length));
        const changed = read.flatMap((row, y) => row.filter((cell, x) => cell !== rows[y]?.[x]));
        // Where nothing was found the file is the same, byte for byte.
        if (changed.length === 0) expect(masked).toBe(text);
        for (const [y, row] of rows.entries()) {
          for (const [x, cell] of row.entries()) {
            // A field alone is a file of one column without a name: it has no more words than here.
            const alone = decode(maskWhole(masking, "text", encode(cell)));
            if (alone !== cell && !alone.includes("{")) expect(read[y]?.[x]).not.toBe(cell);
          }
        }
      }),
      tries(300, 4),
    );
  });

  // This policy looks at every record: the quick way may not change what is found.
  const careful = compilePolicy({ onInvalid: "drop" });
  const wellFormed = compilePolicy({ onInvalid: "mask-as-text" });
  test("come out the same however the file is cut, many records at once or each alone", () => {
    assert(
      property(array(files, { minLength: 1, maxLength: 3 }), integer({ min: 1, max: 200 }), (parts, size) => {
        const bytes = encode(parts.map(({ text }) => text).join(""));
        const choice = { format: "csv", delimiter: parts[0].delimiter } as const;
        const whole = decode(maskWhole(policy, choice, bytes));
        const cuts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => i * size);
        expect(decode(maskCut(policy, choice, { bytes, cuts }))).toBe(whole);
        const isValid = !parts.some(({ rows }) => rows[0]?.length !== parts[0]?.rows[0]?.length);
        if (isValid && parts.every(({ delimiter }) => delimiter === choice.delimiter)) {
          expect(decode(maskWhole(careful, choice, bytes))).toBe(decode(maskWhole(wellFormed, choice, bytes)));
        }
      }),
      tries(400, 5),
    );
  });
});

describe("many records at once", () => {
  const cell = constantFrom(
    "",
    "x",
    "ssn",
    "Phone",
    "the ssn is ",
    "25% of",
    "%41bc",
    "caf\u00e9",
    "a word or two before it, and then some more of them: ",
    "536904399",
    "4155552671",
    "call 4155552671",
    "jane@acme.com",
    "icons/user@2x.png",
    "4111 1111 1111 1111",
    '{"ssn":536904399}',
    '{"a":"jane\\u0040acme.com"}',
    'say "jane"',
    "line\nbreak",
    "cr\r\nlf",
    "a,b",
  );
  const header = constantFrom("id,ssn,note", "a,b,c", "phone;x;y", "n\tssn\tcard", '"social","security","x"', "1,2,3");
  const row = tuple(
    array(cell, { minLength: 1, maxLength: 4 }),
    integer({ min: 0, max: 9 }),
    constantFrom("\n", "\r\n"),
  );

  test("give what each byte alone gives, labels, names and strange quotes included", () => {
    assert(
      property(header, array(row, { maxLength: 5 }), (names, rows) => {
        const separator = /[,;\t]/.exec(names)?.[0] ?? ",";
        const lines = rows.map(([cells, oddity, lineEnd]) => {
          const written = cells.map((text) => (/["\r\n,;\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text));
          const odd = oddity === 0 ? '"open' : oddity === 1 ? 'stray"' : oddity === 2 ? '"ja"ne@acme.com' : "";
          return written.join(separator) + (odd === "" ? "" : separator + odd) + lineEnd;
        });
        const bytes = encode(`${names}\n${lines.join("")}`);
        const cuts = Array.from(bytes, (_, i) => i);
        expect(decode(maskCut(policy, "csv", { bytes, cuts }))).toBe(decode(maskWhole(policy, "csv", bytes)));
      }),
      tries(1200, 8),
    );
  });
});

describe("limits", () => {
  const limitBytes = 64;
  const limited = compilePolicy({}, { limits: { lineLimitBytes: limitBytes } });

  test("a record of lineLimitBytes is read, one byte more is text that goes by all names", () => {
    const reasons: string[] = [];
    const observer: MaskObserver = { masked() {}, truncated() {}, invalid: (reason) => void reasons.push(reason) };
    const counted = compilePolicy({}, { limits: { lineLimitBytes: limitBytes }, observer });
    const rowOf = (length: number): string => `${"x".repeat(length - 12)}, 536904399\n`;
    for (const [length, expected] of [
      [limitBytes, []],
      [limitBytes + 1, ["LINE_TOO_LONG"]],
    ] as const) {
      reasons.length = 0;
      const text = `id,ssn\n${rowOf(length)}2,3\n`;
      const masked = decode(maskWhole(counted, "csv", encode(text)));
      expect(masked).toBe(text.replace("536904399", "[US_SSN]"));
      expect(reasons).toEqual(expected);
    }
  });

  test("a record that is too long has its escapes read, at any cut", () => {
    const bytes = encode(`id,note\n1,2\n3,${"x ".repeat(limitBytes / 2)}\\u006aane\\u0040acme.com\n4,5\n`);
    expect(decode(maskWhole(limited, "csv", bytes))).toContain("x [EMAIL]\n4,5\n");
    expect(findCutFailure(limited, "csv", bytes)).toBeUndefined();
  });

  test("a field without end holds no more than a record", () => {
    const masker = createMasker(limited, "csv");
    masker.push(encode('id,ssn\n1,"'));
    for (let i = 0; i < 500; i++) {
      masker.push(encode("word jane@acme.com\n"));
      expect(masker.heldBytes).toBeLessThanOrEqual(limitBytes + limited.holdbackMaxBytes);
    }
    expect(decode(masker.flush())).not.toContain("jane");
  });

  test("records leave when they end", () => {
    const masker = createMasker(policy, "csv");
    expect(decode(masker.push(encode("id,ssn\n1,536904399\n2,")))).toBe("id,ssn\n1,[US_SSN]\n");
    expect(decode(masker.push(encode('"a\nb')))).toBe("");
    expect(decode(masker.push(encode('"\r')))).toBe('2,"a\nb"\r');
    expect(masker.heldBytes).toBe(0);
  });
});

describe("what is not RFC 4180", () => {
  test.each([
    ["a stray quote", 'a,b\n1,5"\n', 1],
    ["text behind a quote", 'a,b\n1,"x"y\n', 1],
    ["an open quote", 'a,b\n1,"x\n', 1],
    ["a ragged record", "a,b\n1,jane@acme.com,3\n", 1],
    ["a good file", 'a,b\n1,"x"\n', 0],
  ])("%s is counted, and refused where the policy says close", (_, text, count) => {
    const reasons: string[] = [];
    const observer: MaskObserver = { masked() {}, truncated() {}, invalid: (reason) => void reasons.push(reason) };
    const strict = compilePolicy({ onInvalid: "close" }, { observer });
    const run = (): string => decode(maskWhole(strict, "csv", encode(text)));
    if (count === 0) expect(run()).toBe(text);
    else expect(run).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    expect(reasons).toEqual(Array.from({ length: count }, () => "BAD_CSV"));
  });

  test("every cut gives the same for quotes in every place", () => {
    const pieces = constantFrom('"', '""', ",", "\n", "\r", "x", "jane@acme.com", "536904399", "ssn");
    assert(
      property(array(pieces, { maxLength: 9 }), (parts) => {
        const bytes = encode(`id,ssn\n${parts.join("")}`);
        expect(findCutFailure(policy, "csv", bytes)).toBeUndefined();
      }),
      tries(300, 6),
    );
  });
});
