/**
 * Log lines of about 250 bytes, one JSON object each; a given share of them holds one or two values.
 *
 * Owns the order of the fields: words such as "phone" come after all that is harmless, or they would turn plain
 * digits into telephone numbers.
 */
import { type Corpus, buildCorpus, type Line } from "./corpus.ts";
import { harmlessField, timestamp } from "./harmless.ts";
import { Random } from "./random.ts";
import { makeValue, type Value } from "./values.ts";

const KEYS: Readonly<Record<string, readonly string[]>> = {
  EMAIL: ["email", "user", "contact", "to"],
  PHONE: ["phone", "mobile", "msisdn", "tel"],
  CREDIT_CARD: ["card", "pan", "cardNumber"],
  IBAN: ["iban", "account"],
  US_SSN: ["ssn", "taxpayer"],
  IPV4: ["ip", "client_ip", "remote_addr"],
  IPV6: ["ip", "client_ip", "remote_addr"],
  MAC: ["mac", "hwaddr"],
  JWT: ["token", "authorization"],
  GITHUB_TOKEN: ["token", "secret"],
  CLOUD_KEY: ["accessKeyId", "key"],
  PRIVATE_KEY: ["pem", "secret"],
};

const SENTENCES: Readonly<Record<string, string>> = {
  EMAIL: "password reset requested by %",
  PHONE: "sms to % queued",
  CREDIT_CARD: "payment declined for card %",
  IBAN: "payout to % scheduled",
  US_SSN: "kyc check for SSN % passed",
  IPV4: "login from % accepted",
  IPV6: "login from % accepted",
  MAC: "lease for % renewed",
};

const MESSAGES = [
  "request completed",
  "cache miss",
  "retrying upstream",
  "flushed 128 records in 4 batches",
  "worker 12 idle for 3000ms",
  "GC pause 12.5ms heap 512/1024",
  "GET /v1/orders/8812/items?limit=50&page=3 200",
  "consumer lag 1482 partition 7",
  "schema migrated 20260114093000 -> 20260201101500",
  "step 3 of 10 (30%) done",
  "feature flag new-checkout=on for 25% cohort",
];

const IN_MESSAGE_SHARE = 0.4;
const NESTED_SHARE = 0.3;

export interface LogOptions {
  readonly name: string;
  readonly bytes: number;
  readonly seed: number;
  /** Share of the lines that hold a value, 0 to 1. */
  readonly valueShare: number;
}

export function logCorpus({ name, bytes, seed, valueShare }: LogOptions): Corpus {
  const random = new Random(seed);
  return buildCorpus(name, bytes, () => logLine(random, valueShare));
}

/** One line of the log. */
export function logLine(random: Random, valueShare: number): Line {
  const record: Record<string, unknown> = {
    ts: timestamp(random),
    level: random.pick(["info", "info", "info", "debug", "warn", "error"]),
    svc: random.pick(["api", "billing", "auth", "worker"]),
    trace_id: random.hex(32),
    span_id: random.hex(16),
  };
  for (let i = random.int(1, 4); i > 0; i--) {
    const [key, value] = harmlessField(random);
    record[key] = value;
  }
  record["msg"] = random.pick(MESSAGES);
  const values: Value[] = [];
  if (random.next() < valueShare) for (let i = random.int(1, 2); i > 0; i--) addValue(random, record, values);
  return { text: JSON.stringify(record), values: values.map(asWritten) };
}

function addValue(random: Random, record: Record<string, unknown>, values: Value[]): void {
  const made = makeValue(random);
  const sentence = SENTENCES[made.entity];
  const key = random.pick(KEYS[made.entity]);
  if (values.length === 0 && sentence !== undefined && random.next() < IN_MESSAGE_SHARE) {
    record["msg"] = sentence.replace("%", made.value);
  } else if (Object.hasOwn(record, key)) {
    return;
  } else if (random.next() < NESTED_SHARE) {
    const nested = (record["ctx"] ??= {}) as Record<string, unknown>;
    if (Object.hasOwn(nested, key)) return;
    nested[key] = made.value;
  } else {
    record[key] = made.value;
  }
  values.push(made);
}

function asWritten({ entity, value }: Value): Value {
  return { entity, value: JSON.stringify(value).slice(1, -1) };
}
