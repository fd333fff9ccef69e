/**
 * Every disguise of every value in every dress: nothing is left to read, but for what is written down here.
 *
 * The values are the detectors' own examples, so a new detector is held to all of it.
 */
import { describe, expect, test } from "vitest";
import {
  compilePolicy,
  type Detector,
  findAll,
  type FormatChoice,
  maskWhole,
  type Policy,
} from "../../src/core/index.ts";
import { type Disguise, DISGUISES, OPTIONAL_DISGUISES, shareLeft } from "../support/disguises.ts";

interface Dress {
  readonly choice: FormatChoice;
  readonly wrap: (text: string) => string;
  /** What a client reads there. */
  readonly read: (output: string) => string;
}

const BOUNDARY = "7d1c";
const asItIs = (output: string): string => output;
const escaped = (text: string): string =>
  Array.from(text.split(""), (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
const strings = (json: string): string => Object.entries(JSON.parse(json) as object).join();

const DRESSES: Readonly<Record<string, Dress>> = {
  text: { choice: "text", wrap: (text) => `note: ${text} end`, read: asItIs },
  "a string of JSON": { choice: "json", wrap: (text) => JSON.stringify({ note: text }), read: strings },
  "a string of escapes": { choice: "json", wrap: (text) => `{"note":"${escaped(text)}"}`, read: strings },
  "a name of JSON": { choice: "json", wrap: (text) => JSON.stringify({ [text]: 1 }), read: strings },
  "JSON in JSON": {
    choice: "ndjson",
    wrap: (text) => `${JSON.stringify({ note: JSON.stringify({ inner: JSON.stringify({ deep: text }) }) })}\n`,
    read: (output) => {
      const { note } = JSON.parse(output) as { note: string };
      return strings((JSON.parse(note) as { inner: string }).inner);
    },
  },
  "a line that was to be JSON": { choice: "ndjson", wrap: (text) => `INFO {"note":"${text}"\n`, read: asItIs },
  "a cell": {
    choice: "csv",
    wrap: (text) => `a,b\n1,"${text.replaceAll('"', '""')}"\n`,
    read: (output) => output.replaceAll('""', '"'),
  },
  events: {
    choice: "sse",
    wrap: (text) => `${text.replaceAll(/^|\r\n|\n|\r/g, "\ndata: ").trimStart()}\n\n`,
    read: (output) => output.replaceAll(/^data: ?/gm, ""),
  },
  "events of JSON": {
    choice: "sse",
    wrap: (text) => `data: ${JSON.stringify({ note: text })}\n\n`,
    read: (output) => strings(output.slice("data: ".length)),
  },
  "a comment between events": {
    choice: "sse",
    wrap: (text) => `: ${text.replaceAll(/[\r\n]/g, "")}\ndata: 1\n\n`,
    read: asItIs,
  },
  "a field of a form": {
    choice: "form",
    wrap: (text) => `a=1&b=${encodeURIComponent(text)}`,
    read: (output) => new URLSearchParams(output).get("b") ?? "",
  },
  "a part": {
    choice: { format: "multipart", boundary: BOUNDARY },
    wrap: (text) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="b"\r\n\r\n${text}\r\n--${BOUNDARY}--\r\n`,
    read: asItIs,
  },
};

/** What passes, by rule, with the reason; docs/policies.md says so, too. */
const EXCEPTIONS: readonly {
  readonly reason: string;
  readonly holds: (value: Value, disguise: Disguise, dress: string) => boolean;
}[] = [
  {
    reason: "machines write it, and nobody reads it otherwise",
    holds: ({ isPlain }, { name }) => isPlain && name !== "as it is",
  },
  {
    reason: "is encoded already, so that twice is too often",
    holds: ({ text }, { name }) => text.includes("%") && name !== "as it is",
  },
  {
    reason: "letters beyond ASCII are read behind percent signs in forms only",
    holds: ({ text }, { name }) => /[^ -~]/.test(text) && name.startsWith("percent"),
  },
  {
    reason: "no program takes such lines for a key",
    holds: ({ entity }, { name }) => entity === "PRIVATE_KEY" && / spaces?$|for space|break/.test(name),
  },
  {
    reason: "a comment has no line breaks",
    holds: ({ text }, { name }, dress) =>
      dress.startsWith("a comment") && (/[\r\n]/.test(text) || /break|CR LF/.test(name)),
  },
  {
    reason: "a word of sixteen letters before it reads as base64 itself",
    holds: ({ before }, { name }) => /[A-Za-z]{16}/.test(before) && name.startsWith("base64"),
  },
  {
    reason: "the key of an account is known by the name right before it",
    holds: ({ entity, before }, { name }) =>
      entity === "CLOUD_KEY" && before.endsWith("AccountKey=") && name === "base64 of a sentence",
  },
  {
    reason: "quotes would end the string",
    holds: ({ text, before }, _, dress) => dress.startsWith("a line") && (text + before).includes('"'),
  },
  {
    reason: "it ends with the line",
    holds: ({ text }, { name }, dress) =>
      dress.startsWith("a line") && (/[\r\n]/.test(text) || /break|CR LF/.test(name)),
  },
];

interface Value {
  readonly entity: string;
  readonly isPlain: boolean;
  readonly before: string;
  readonly text: string;
  readonly after: string;
}

const EXAMPLES = 4;
/** What the judge of the evasions calls a leak. */
const LEAK_SHARE = 0.6;
const LEAK_LENGTH = 6;

const plain = compilePolicy({});
const policies = new Map<string, Policy>();

function policyOf({ option = {} }: Disguise): Policy {
  const key = JSON.stringify(option);
  const known = policies.get(key) ?? compilePolicy(option);
  policies.set(key, known);
  return known;
}

/** The part of an example that is masked, and what tells it. */
function valuesOf({ entity, hits, isPlain = false }: Detector): Value[] {
  return hits.slice(0, EXAMPLES).flatMap((hit) => {
    const bytes = Buffer.from(hit);
    const found = findAll(plain, bytes).filter((one) => one.entity === entity);
    if (found.length !== 1) return [];
    const [{ start, end }] = found;
    const [before, text, after] = [bytes.subarray(0, start), bytes.subarray(start, end), bytes.subarray(end)].map(
      String,
    );
    return [{ entity, isPlain, before, text, after }];
  });
}

function isLeak(value: string, seen: string): boolean {
  const { length } = value.replaceAll(/[^\p{L}\p{Nd}]/gu, "");
  const share = shareLeft(value, seen);
  return share * length >= Math.max(Math.min(length, LEAK_LENGTH), length * LEAK_SHARE);
}

const values = plain.detectors.flatMap(valuesOf);

describe.each([...DISGUISES, ...OPTIONAL_DISGUISES].map((disguise) => [disguise.name, disguise] as const))(
  "%s",
  (_, disguise) => {
    test.each(
      Object.entries(
        disguise.dresses === undefined
          ? DRESSES
          : Object.fromEntries(Object.entries(DRESSES).filter(([name]) => disguise.dresses?.includes(name))),
      ),
    )("hides no value in %s", (name, { choice, wrap, read }) => {
      const policy = policyOf(disguise);
      const left = values.flatMap((value) => {
        const text = disguise.put(value.text);
        const isSame = text === value.text && disguise.name !== "as it is";
        if (isSame || EXCEPTIONS.some(({ holds }) => holds(value, disguise, name))) return [];
        const input = Buffer.from(wrap(value.before + text + value.after));
        const output = Buffer.from(maskWhole(policy, choice, input)).toString();
        return isLeak(value.text, read(output)) ? [`${value.entity}: ${value.before}${text}`] : [];
      });
      expect(left).toEqual([]);
    });
  },
);

test("every exception is one for something", () => {
  const all = [...DISGUISES, ...OPTIONAL_DISGUISES];
  const isUsed = EXCEPTIONS.map(({ holds }) =>
    values.some((value) => all.some((disguise) => Object.keys(DRESSES).some((dress) => holds(value, disguise, dress)))),
  );
  expect(isUsed).toEqual(EXCEPTIONS.map(() => true));
});

test("the judge sees through every disguise", () => {
  const card = "4111-1111 1111-1111";
  for (const { put } of [...DISGUISES, ...OPTIONAL_DISGUISES]) expect(shareLeft(card, `x ${put(card)} y`)).toBe(1);
});
