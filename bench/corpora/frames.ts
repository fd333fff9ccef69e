/**
 * The log corpus in other dresses: as CSV, as a form and as server-sent events.
 *
 * Owns how a line looks there. The values and the rest are those of the log, so that speeds compare.
 */
import { buildCorpus, type Corpus } from "./corpus.ts";
import { harmlessField, timestamp } from "./harmless.ts";
import { logLine } from "./log.ts";
import { Random } from "./random.ts";
import { makeValue, type Value } from "./values.ts";

export interface FrameOptions {
  readonly name: string;
  readonly bytes: number;
  readonly seed: number;
  /** Share of the records that hold a value, 0 to 1. */
  readonly valueShare: number;
}

const LINES_OF_AN_EVENT = 4;
const DATA_LINE = 2;

/** One event for each line of the log. */
export function sseCorpus({ name, bytes, seed, valueShare }: FrameOptions): Corpus {
  const random = new Random(seed);
  let id = 0;
  const corpus = buildCorpus(name, bytes, () => {
    const { text, values } = logLine(random, valueShare);
    id += 1;
    return { text: `id: ${id}\nevent: log\ndata: ${text}\n`, values };
  });
  return {
    ...corpus,
    gold: corpus.gold.map((one) => ({ ...one, line: one.line * LINES_OF_AN_EVENT + DATA_LINE })),
    lineCount: corpus.lineCount * LINES_OF_AN_EVENT,
  };
}

const HEADER = "ts,level,svc,trace_id,first,second,third,msg,value";
const MESSAGES = ["request completed", "cache miss, retrying", 'feature flag "checkout" on', "GC pause 12.5ms"];

/** Records of nine fields, one of them quoted where it has to be. */
export function csvCorpus({ name, bytes, seed, valueShare }: FrameOptions): Corpus {
  const random = new Random(seed);
  let isFirst = true;
  return buildCorpus(name, bytes, () => {
    if (isFirst) {
      isFirst = false;
      return { text: HEADER, values: [] };
    }
    const values: Value[] = random.next() < valueShare ? [csvValue(random)] : [];
    const fields = [
      timestamp(random),
      random.pick(["info", "debug", "warn", "error"]),
      random.pick(["api", "billing", "auth", "worker"]),
      random.hex(32),
      ...[1, 2, 3].map(() => String(harmlessField(random)[1])),
      random.pick(MESSAGES),
      values[0]?.value ?? "",
    ];
    return { text: fields.map(quoted).join(","), values };
  });
}

const PAIRS_OF_A_LINE = 6;

/** One body of many pairs, as browsers write them. */
export function formCorpus({ name, bytes, seed, valueShare }: FrameOptions): Corpus {
  const random = new Random(seed);
  const corpus = buildCorpus(name, bytes, () => {
    const values = random.next() < valueShare ? [csvValue(random)] : [];
    const pairs = new URLSearchParams([["ts", timestamp(random)]]);
    while (pairs.size < PAIRS_OF_A_LINE) {
      const [key, value] = harmlessField(random);
      pairs.append(key, String(value));
    }
    for (const { value } of values) pairs.append("value", value);
    return { text: `${pairs.toString()}&`, values: values.map((one) => ({ ...one, value: formText(one.value) })) };
  });
  const gold = corpus.gold.map((one) => ({ ...one, line: 0 }));
  return { name, text: joined(corpus.text), expected: joined(corpus.expected), gold, lineCount: 1 };
}

function formText(text: string): string {
  return new URLSearchParams([["", text]]).toString().slice(1);
}

/** All lines as one, brackets written as a form writes them. */
function joined(lines: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(lines).replaceAll("\n", "");
  return new TextEncoder().encode(text.replaceAll("[", "%5B").replaceAll("]", "%5D"));
}

/** Bare digits need a word: those of other kinds are certain. */
function csvValue(random: Random): Value {
  for (;;) {
    const value = makeValue(random);
    if (["EMAIL", "CREDIT_CARD", "IBAN", "IPV4", "JWT"].includes(value.entity)) return value;
  }
}

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
