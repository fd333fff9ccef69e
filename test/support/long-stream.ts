/**
 * Random streams as they are in life: long, mostly harmless, and here and there something rare.
 *
 * Owns how a log is dressed as each format. Lengths are those at which several automata run side by side, blocks of records
 * are looked at at once, and long records come in pieces.
 */
import { type Arbitrary, array, integer, nat, tuple } from "fast-check";
import { csvCorpus, formCorpus, sseCorpus } from "../../bench/corpora/frames.ts";
import { logCorpus } from "../../bench/corpora/log.ts";
import type { Format } from "../../src/core/index.ts";
import { streamOf } from "./random-stream.ts";

const MOST_BYTES = 40_000;
const VALUE_SHARE = 0.05;

/** Parts of a log of about so many bytes; put together they are a stream of the format. */
type Parts = (bytes: number, seed: number) => readonly string[];

function linesOf({ text }: { readonly text: Uint8Array }): readonly string[] {
  return Buffer.from(text)
    .toString("latin1")
    .split(/(?<=\n)/);
}

const log: Parts = (bytes, seed) => linesOf(logCorpus({ name: "log", bytes, seed, valueShare: VALUE_SHARE }));

const PARTS: Readonly<Record<Format, Parts>> = {
  text: log,
  json: (bytes, seed) => ["[", ...log(bytes, seed).flatMap((line, i) => [i === 0 ? "" : ",", line]), "]"],
  ndjson: log,
  "json-seq": (bytes, seed) => log(bytes, seed).map((line) => `\u001e${line}`),
  sse: (bytes, seed) => linesOf(sseCorpus({ name: "sse", bytes, seed, valueShare: VALUE_SHARE })),
  csv: (bytes, seed) => linesOf(csvCorpus({ name: "csv", bytes, seed, valueShare: VALUE_SHARE })),
  form: (bytes, seed) =>
    linesOf(formCorpus({ name: "form", bytes, seed, valueShare: VALUE_SHARE })).flatMap((line) => line.split(/(?<=&)/)),
  multipart: (bytes, seed) => [
    '--b\r\nContent-Disposition: form-data; name="log"\r\nContent-Type: application/x-ndjson\r\n\r\n',
    ...log(bytes, seed),
    "\r\n--b--\r\n",
  ],
};

/** A long stream of a format, with short ones in it at random places; of multipart the boundary is `b`. */
export function longStreamOf(format: Format): Arbitrary<Uint8Array> {
  const inserted = array(tuple(nat(), streamOf(format)), { maxLength: 6 });
  return tuple(integer({ min: 0, max: MOST_BYTES }), nat(), inserted).map(([bytes, seed, some]) => {
    const parts = PARTS[format](bytes, seed).map((part) => Buffer.from(part, "latin1"));
    for (const [place, stream] of some) parts.splice(place % (parts.length + 1), 0, Buffer.from(stream));
    return Buffer.concat(parts);
  });
}
