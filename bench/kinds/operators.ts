/**
 * What operators cost: the same corpus by each of them, in turns, and findings a second of each alone.
 *
 * Owns the rounds and the share of time that an operator takes beside `redact`. Speeds are of CPU time, one thread.
 */
import { createHmac } from "node:crypto";
import { compilePolicy, KeyRing, maskWhole, type Policy, type PolicySpec } from "../../src/core/index.ts";
import { passesLuhn } from "../../src/core/validators/luhn.ts";
import { createCrypto } from "../../src/server/crypto.ts";
import type { BenchContext } from "../context.ts";
import { openCorpus } from "../corpora/index.ts";
import type { Definition } from "../definition.ts";
import { measure } from "../peers/peer.ts";
import { rounded, type Row } from "../result.ts";
import { median } from "../statistics.ts";

const OPERATORS: Readonly<Record<string, NonNullable<PolicySpec["operators"]>>> = {
  redact: { default: { operator: "redact" } },
  template: { default: { operator: "redact", template: "<{entity} {counter}>" } },
  mask: { default: { operator: "mask" } },
  hash: { default: { operator: "hash" } },
  pseudonym: { default: { operator: "pseudonym" } },
  encrypt: { default: { operator: "encrypt" } },
  // Of cards only: what has no form of digits cannot be encrypted to one.
  fpe: { CREDIT_CARD: { operator: "fpe" } },
};
const BASE = "redact";
const ROUNDS = 7;
/** Of values that come again, as they do in a feed; those of new ones are as many. */
const VALUES = 2_000;
const REPEATS = 50;

const crypto = createCrypto((key) => (data) => createHmac("sha256", key).update(data).digest());
const keys = new KeyRing(crypto, [{ version: 1, secret: new Uint8Array(32).fill(1) }]);

interface Runner {
  readonly name: string;
  readonly policy: Policy;
  readonly seconds: number[];
}

export async function runOperators({ id, corpus, corpusBytes }: Definition, context: BenchContext): Promise<Row[]> {
  const { text, gold } = openCorpus(corpus, corpusBytes);
  const runners = Object.entries(OPERATORS).map(([name, operators]): Runner => {
    const policy = compilePolicy({ operators }, { keys });
    requireHidden(name, maskWhole(policy, "text", text), gold);
    return { name, policy, seconds: [] };
  });
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < runners.length; i++) {
      const { policy, seconds } = runners[(i + round) % runners.length];
      context.collect();
      seconds.push(measure(() => maskWhole(policy, "text", text)).cpuSeconds);
    }
    context.progress((round + 1) / (ROUNDS + 1));
  }
  const base = runners.find(({ name }) => name === BASE)?.seconds ?? [];
  return [
    ...runners.map(({ name, seconds }) => ({
      bench: id,
      subject: name,
      metric: "time",
      value: rounded(median(seconds.map((one, round) => one / base[round]))),
      unit: `of ${BASE}'s time`,
      note: `${ROUNDS} rounds, ${gold.length} findings`,
    })),
    ...runners.flatMap(({ name, policy }) => [
      speedRow({ id, name, metric: "known", policy }),
      speedRow({ id, name, metric: "new", policy }),
    ]),
  ];
}

interface Asked {
  readonly id: string;
  readonly name: string;
  /** `known`: values that the operator has seen lately; `new`: values that it has not. */
  readonly metric: "known" | "new";
  readonly policy: Policy;
}

/** Findings a CPU second of the operator alone. */
function speedRow({ id, name, metric, policy }: Asked): Row {
  const encoder = new TextEncoder();
  const entity = policy.operatorOf("CREDIT_CARD") === "fpe" ? "CREDIT_CARD" : "EMAIL";
  const isKnown = metric === "known";
  const values = Array.from({ length: isKnown ? VALUES : VALUES * REPEATS }, (_, at) => {
    const bytes = encoder.encode(entity === "EMAIL" ? `${metric}${at}@acme.com` : cardOf(isKnown ? at : VALUES + at));
    return { start: 0, end: bytes.length, entity, score: 1, text: bytes };
  });
  if (isKnown) for (const value of values) policy.replace(value);
  const { cpuSeconds } = measure(() => {
    for (let at = 0; at < VALUES * REPEATS; at++) policy.replace(values[at % values.length]);
  });
  return {
    bench: id,
    subject: name,
    metric,
    value: rounded((VALUES * REPEATS) / cpuSeconds),
    unit: "findings a CPU second",
    note: isKnown ? "values seen lately" : "every value a new one",
  };
}

/** The card of that number: a Visa with the digit that its check needs. */
function cardOf(at: number): string {
  const digits = `4${String(at).padStart(14, "0")}`;
  const last = [..."0123456789"].find((digit) => passesLuhn(digits + digit));
  return `${digits}${last}`;
}

/** @throws Error when a value is still there: nothing is timed before the answer is right. */
function requireHidden(name: string, output: Uint8Array, gold: readonly { readonly value: string }[]): void {
  const text = new TextDecoder().decode(output);
  const left = gold.filter(({ value }) => value.length > 8 && text.includes(value)).length;
  if (left > 0) throw new Error(`${name}: ${left} values left`);
}
