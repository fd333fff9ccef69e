/**
 * Places where a text may stand, in every format: what a value is dressed in.
 *
 * Owns how a text is written there and what a client reads of it.
 */
import type { FormatChoice, Limits, PolicySpec } from "../../src/core/index.ts";

export interface Dress {
  readonly choice: FormatChoice;
  /** Undefined for a text that cannot stand there. */
  readonly wrap: (text: string) => string | undefined;
  /** What a client reads there. */
  readonly read: (output: string) => string;
  /** What the policy has to say. */
  readonly policy?: PolicySpec;
  readonly limits?: Partial<Limits>;
}

const BOUNDARY = "7d1c";
const MULTIPART = { format: "multipart", boundary: BOUNDARY } as const;
const asItIs = (output: string): string => output;
const escaped = (text: string): string =>
  Array.from(text.split(""), (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
const strings = (json: string): string => Object.entries(JSON.parse(json) as object).join();
const LINE_BREAK = /[\r\n]/;
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const unquoted = (output: string): string => output.replaceAll('""', '"');
const withoutFields = (output: string): string => output.replaceAll(/^data: ?/gm, "");
const part = (headers: string, body: string): string =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; ${headers}\r\n\r\n${body}\r\n--${BOUNDARY}--\r\n`;
const halves = (text: string): readonly [string, string] => {
  const points = Array.from(text);
  const middle = points.length >> 1;
  return [points.slice(0, middle).join(""), points.slice(middle).join("")];
};
const LONG = { lineLimitBytes: 16 };

export const DRESSES: Readonly<Record<string, Dress>> = {
  text: { choice: "text", wrap: (text) => `note: ${text} end`, read: asItIs },
  "between colours": { choice: "text", wrap: (text) => `note \u001b[1;31m${text}\u001b[0m end`, read: asItIs },
  "between NULs": { choice: "text", wrap: (text) => `note\0 \0${text}\0end`, read: asItIs },
  "between joiners": { choice: "text", wrap: (text) => `\u06a9\u200c${text}\u200cx`, read: asItIs },
  "a string of JSON": { choice: "json", wrap: (text) => JSON.stringify({ note: text }), read: strings },
  "a string of escapes": { choice: "json", wrap: (text) => `{"note":"${escaped(text)}"}`, read: strings },
  "a string with colours": {
    choice: "ndjson",
    wrap: (text) => `${JSON.stringify({ a: 1, note: `\u001b[33m${text}\u001b[39m` })}\n`,
    read: strings,
  },
  "words before JSON in a string": {
    choice: "ndjson",
    wrap: (text) => `${JSON.stringify({ log: `INFO {"note":"${escaped(text)}"} ok` })}\n`,
    read: strings,
  },
  "a name of JSON": { choice: "json", wrap: (text) => JSON.stringify({ [text]: 1 }), read: strings },
  "a list of JSON": {
    choice: "json",
    wrap: (text) => JSON.stringify([1, ["-", text], {}]),
    read: (output) => JSON.stringify(JSON.parse(output)),
  },
  "a number of JSON": {
    choice: "json",
    wrap: (text) => (/^[1-9]\d*$/.test(text) ? `{"n":[${text}, 1]}` : undefined),
    read: asItIs,
  },
  "JSON in JSON": {
    choice: "ndjson",
    wrap: (text) => `${JSON.stringify({ note: JSON.stringify({ inner: JSON.stringify({ deep: text }) }) })}\n`,
    read: (output) => {
      const { note } = JSON.parse(output) as { note: string };
      return strings((JSON.parse(note) as { inner: string }).inner);
    },
  },
  "a line among lines of JSON": {
    choice: "ndjson",
    wrap: (text) => `{"a":1}\n${JSON.stringify({ note: text })}\r\n{"b":2}\n`,
    read: (output) => strings(output.split("\n")[1]),
  },
  "a line that was to be JSON": { choice: "ndjson", wrap: (text) => `INFO {"note":"${text}"\n`, read: asItIs },
  "a line that is too long": {
    choice: "ndjson",
    limits: LONG,
    wrap: (text) => `{"a":"${"- ".repeat(10)}","note":${JSON.stringify(text)}}\n`,
    read: asItIs,
  },
  "a record of a sequence": {
    choice: "json-seq",
    wrap: (text) => `\u001e{"a":1}\n\u001e${JSON.stringify({ note: text })}\n`,
    read: (output) => strings(output.split("\u001e")[2]),
  },
  "records that go on": {
    choice: "ndjson",
    policy: { joinFields: ["d"] },
    wrap: (text) =>
      halves(text)
        .map((half) => `${JSON.stringify({ d: half })}\n`)
        .join(""),
    read: (output) =>
      output
        .trimEnd()
        .split("\n")
        .map((line) => (JSON.parse(line) as { d: string }).d)
        .join(""),
  },
  "a cell": { choice: "csv", wrap: (text) => `a,b\n1,${quoted(text)}\n`, read: unquoted },
  "a cell without quotes": {
    choice: "csv",
    wrap: (text) => (/[",\r\n]/.test(text) ? undefined : `a,b\n${text},1\n`),
    read: asItIs,
  },
  "the name of a column": { choice: "csv", wrap: (text) => `a,${quoted(text)}\n1,2\n`, read: unquoted },
  "JSON in a cell": {
    choice: "csv",
    wrap: (text) => `a,b\n1,${quoted(JSON.stringify({ note: text }))}\n`,
    read: (output) => strings(unquoted(output.split("\n").slice(1).join("\n").slice('1,"'.length, -2))),
  },
  events: {
    choice: "sse",
    wrap: (text) => `${text.replaceAll(/^|\r\n|\n|\r/g, "\ndata: ").trimStart()}\n\n`,
    read: withoutFields,
  },
  "events of JSON": {
    choice: "sse",
    wrap: (text) => `data: ${JSON.stringify({ note: text })}\n\n`,
    read: (output) => strings(output.slice("data: ".length)),
  },
  "events that are too long": {
    choice: "sse",
    limits: LONG,
    wrap: (text) => `data: {"a":"${"- ".repeat(10)}",\ndata: "note":${JSON.stringify(text)}}\n\n`,
    read: withoutFields,
  },
  "messages that go on": {
    choice: "sse",
    policy: { joinMessages: true },
    wrap: (text) =>
      LINE_BREAK.test(text)
        ? undefined
        : halves(`note: ${text} ok.`)
            .map((half) => `data: ${half}\n\n`)
            .join(""),
    read: (output) => withoutFields(output).replaceAll("\n\n", ""),
  },
  "a comment between events": {
    choice: "sse",
    wrap: (text) => (LINE_BREAK.test(text) ? undefined : `: ${text}\ndata: 1\n\n`),
    read: asItIs,
  },
  "JSON in a comment": {
    choice: "sse",
    wrap: (text) => `: {"note":"${escaped(text)}"}\ndata: 1\n\n`,
    read: asItIs,
  },
  "JSON in a field that no client knows": {
    choice: "sse",
    wrap: (text) => `DATA: {"note":"${escaped(text)}"}\ndata: 1\n\n`,
    read: asItIs,
  },
  "JSON in the id of an event": {
    choice: "sse",
    wrap: (text) => `data: 1\nid: {"note":"${escaped(text)}"}\n\n`,
    read: asItIs,
  },
  "the type of an event": {
    choice: "sse",
    wrap: (text) => (LINE_BREAK.test(text) ? undefined : `event: ${text}\ndata: 1\n\n`),
    read: asItIs,
  },
  "the id of an event": {
    choice: "sse",
    wrap: (text) => (LINE_BREAK.test(text) ? undefined : `data: 1\nid: ${text}\n\n`),
    read: asItIs,
  },
  "a field that no client knows": {
    choice: "sse",
    wrap: (text) => (LINE_BREAK.test(text) ? undefined : `odd: ${text}\ndata: 1\n\n`),
    read: asItIs,
  },
  "a field of a form": {
    choice: "form",
    wrap: (text) => `a=1&b=${encodeURIComponent(text)}`,
    read: (output) => new URLSearchParams(output).get("b") ?? "",
  },
  "the name of a field": {
    choice: "form",
    wrap: (text) => `a=1&${new URLSearchParams([[text, "1"]]).toString()}`,
    read: (output) => [...new URLSearchParams(output).keys()].join(),
  },
  "JSON in a form": {
    choice: "form",
    wrap: (text) => `b=${encodeURIComponent(JSON.stringify({ note: text }))}&a=1`,
    read: (output) => strings(new URLSearchParams(output).get("b") ?? "{}"),
  },
  "a part": { choice: MULTIPART, wrap: (text) => part('name="b"', text), read: asItIs },
  "a part of JSON": {
    choice: MULTIPART,
    wrap: (text) => part('name="b"\r\nContent-Type: application/json', JSON.stringify({ note: text })),
    read: (output) => strings(output.split("\r\n")[4]),
  },
  "a file": {
    choice: MULTIPART,
    wrap: (text) => part('name="b"; filename="a.md"\r\nContent-Type: text/plain', text),
    read: asItIs,
  },
  "the name of a file": {
    choice: MULTIPART,
    wrap: (text) => (LINE_BREAK.test(text) ? undefined : part(`name="b"; filename="${text}"`, "1")),
    read: asItIs,
  },
  "a text before the parts": { choice: MULTIPART, wrap: (text) => `${text}\r\n${part('name="b"', "1")}`, read: asItIs },
  "a text behind the parts": { choice: MULTIPART, wrap: (text) => `${part('name="b"', "1")}${text}\r\n`, read: asItIs },
};
