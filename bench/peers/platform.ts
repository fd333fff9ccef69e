/**
 * Peers that every JavaScript engine has: its regular expressions, its JSON, and a copy.
 *
 * Owns how they are driven: UTF-8 in and UTF-8 out, as a masker must.
 */
import { Buffer } from "node:buffer";
import { compilePolicy, createMasker } from "../../src/core/index.ts";
import { alternationOf, REPLACEMENT } from "./patterns.ts";
import { inProcess, type Patterns, type Peer } from "./peer.ts";

const V8_SAMPLE_BYTES = 4_000_000;
const COPY_CHUNK_BYTES = 65_536;

export const copy: Peer = {
  name: "copy",
  summary: "64 KiB chunks copied, nothing looked at",
  answer: "same",
  absence: () => undefined,
  open: async ({ text }) =>
    inProcess(() => {
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < text.length; at += COPY_CHUNK_BYTES) chunks.push(text.slice(at, at + COPY_CHUNK_BYTES));
      return chunks;
    }),
};

/** What the structure of a format costs: the same bytes, masked as if they had none. */
export const asText: Peer = {
  name: "as-text",
  summary: "maskwire on the same bytes in 64 KiB chunks, as plain text",
  answer: "lines",
  absence: () => undefined,
  open: async ({ text }) => {
    const policy = compilePolicy({});
    return inProcess(() => {
      const masker = createMasker(policy, "text");
      const output: Uint8Array[] = [];
      for (let at = 0; at < text.length; at += COPY_CHUNK_BYTES)
        output.push(masker.push(text.subarray(at, at + COPY_CHUNK_BYTES)));
      return [...output, masker.flush()];
    });
  },
};

/** V8 of this age has no `(?i:`: it looks for these in the case that they are written in, which is less. */
function v8Pattern(patterns: Patterns): string {
  return alternationOf(patterns).replaceAll("(?i:", "(?:");
}

export const v8Lines: Peer = {
  name: "v8-lines",
  summary: "V8 RegExp, one alternation, replace on each line",
  sampleBytes: V8_SAMPLE_BYTES,
  answer: "masked",
  absence: () => undefined,
  open: async ({ text }, { patterns }) => {
    const pattern = new RegExp(v8Pattern(patterns), "g");
    return inProcess(() => [mapLines(text, (line) => line.replace(pattern, REPLACEMENT))]);
  },
};

export const v8Whole: Peer = {
  name: "v8-whole",
  summary: "V8 RegExp, one alternation, one replace on the whole text",
  sampleBytes: V8_SAMPLE_BYTES,
  answer: "masked",
  absence: () => undefined,
  open: async ({ text }, { patterns }) => {
    const pattern = new RegExp(v8Pattern(patterns), "g");
    return inProcess(() => [Buffer.from(decode(text).replace(pattern, REPLACEMENT))]);
  },
};

export const jsonRoundTrip: Peer = {
  name: "json-round-trip",
  summary: "JSON.parse and JSON.stringify of each line, no masking at all",
  answer: "lines",
  absence: () => undefined,
  open: async ({ text }) => inProcess(() => [mapLines(text, (line) => JSON.stringify(JSON.parse(line)))]),
};

/** Every line through `change`, bytes to bytes. */
export function mapLines(text: Uint8Array, change: (line: string) => string): Uint8Array {
  const lines = decode(text).split("\n");
  for (let i = 0; i < lines.length; i++) if (lines[i] !== "") lines[i] = change(lines[i]);
  return Buffer.from(lines.join("\n"));
}

function decode(text: Uint8Array): string {
  return Buffer.from(text.buffer, text.byteOffset, text.length).toString("utf8");
}
