/**
 * The log corpus in other dresses: as CSV and as server-sent events.
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
