/**
 * What operators cost: the same corpus by each of them, in turns, and findings a second of each alone.
 *
 * Owns the turns and the share of time that an operator takes beside `redact`. Speeds are of CPU time, one thread.
 */
import { createHmac } from "node:crypto";
import {
  compilePolicy,
  KeyRing,
  maskWhole,
  type OperatorSpec,
  type Policy,
  type PolicySpec,
} from "../../src/core/index.ts";
import { passesLuhn } from "../../src/core/validators/luhn.ts";
import { createCrypto } from "../../src/server/keys/crypto.ts";
import type { BenchContext } from "../context.ts";
import { openCorpus } from "../corpora/index.ts";
import type { Definition } from "../definition.ts";
import { measure } from "../peers/peer.ts";
import { rounded, type Row } from "../result.ts";
import { median } from "../statistics.ts";

const BASE = "redact";
/** Redacts as well: how far from 1 it comes is the noise of the others. */
const CONTROL = "redact again";
/** Each operator is measured in so many policies: where the tables of one come to lie makes as much of a difference as some operators. */
const POLICIES_EACH = 4;
const ROUNDS = 8;
/** So short that a pair meets the same load of the machine, so many that the median of all pairs holds. */
const SLICE_BYTES = 64_000;
const forAll = (operator: OperatorSpec): PolicySpec => ({ operators: { default: operator } });
/** What is compared on texts: each operator writes another value in the place of one. */
const OPERATORS: Readonly<Record<string, PolicySpec>> = {
  [BASE]: forAll({ operator: "redact" }),
  [CONTROL]: forAll({ operator: "redact" }),
  template: forAll({ operator: "redact", template: "<{entity} {counter}>" }),
  mask: forAll({ operator: "mask" }),
  hash: forAll({ operator: "hash" }),
  pseudonym: forAll({ operator: "pseudonym" }),
  encrypt: forAll({ operator: "encrypt" }),
  // Of cards only: what has no form of digits cannot be encrypted to one.
  fpe: { operators: { CREDIT_CARD: { operator: "fpe" } } },
};
/** On records: what drops asks for every record to be walked, and so does `onInvalid: drop` alone, which drops ask for. */
const DROPS: Readonly<Record<string, PolicySpec>> = {
  [BASE]: {},
  [CONTROL]: {},
  "redact, onInvalid: drop": { onInvalid: "drop" },
  "drop-field": { onInvalid: "drop", ...forAll({ operator: "drop-field" }) },
  "drop-event": { onInvalid: "drop", ...forAll({ operator: "drop-event" }) },
};
/** Of values that come again, as they do in a feed; those of new ones are as many. */
const VALUES = 2_000;
const REPEATS = 50;

const crypto = createCrypto((key) => (data) => createHmac("sha256", key).update(data).digest());
const keys = new KeyRing(crypto, [{ version: 1, secret: new Uint8Array(32).fill(1) }]);

interface Runner {
  readonly name: string;
  /** Alike. */
  readonly policies: readonly Policy[];
  readonly seconds: number[];
}

/** What values are replaced by, and what that costs alone. */
export async function runOperators(definition: Definition, context: BenchContext): Promise<Row[]> {
  const { rows, runners } = compare(definition, OPERATORS, context);
  return [
    ...rows,
    ...runners
      .filter(({ name }) => name !== CONTROL)
      .flatMap(({ name, policies: [policy] }) => [
        speedRow({ id: definition.id, name, metric: "known", policy }),
        speedRow({ id: definition.id, name, metric: "new", policy }),
      ]),
  ];
}

/** What goes with what holds it. */
export async function runDrops(definition: Definition, context: BenchContext): Promise<Row[]> {
  return compare(definition, DROPS, context).rows;
}

function compare(
  { id, corpus, corpusBytes, format }: Definition,
  subjects: Readonly<Record<string, PolicySpec>>,
  context: BenchContext,
): { readonly rows: Row[]; readonly runners: readonly Runner[] } {
  const { text, gold } = openCorpus(corpus, corpusBytes);
  const runners = Object.entries(subjects).map(([name, spec]): Runner => {
    const policies = Array.from({ length: POLICIES_EACH }, () => compilePolicy(spec, { keys }));
    for (const policy of policies) requireHidden(name, maskWhole(policy, format, text), gold);
    return { name, policies, seconds: [] };
  });
  const slices = slicesOf(text);
  for (let round = 0; round < ROUNDS; round++) {
    context.collect();
    slices.forEach((slice, index) => {
      for (let i = 0; i < runners.length; i++) {
        const { policies, seconds } = runners[(i + round + index) % runners.length];
        const policy = policies[round % POLICIES_EACH];
        seconds.push(measure(() => maskWhole(policy, format, slice)).cpuSeconds);
      }
    });
    context.progress((round + 1) / (ROUNDS + 1));
  }
  const base = runners.find(({ name }) => name === BASE)?.seconds ?? [];
  const rows = runners.map(({ name, seconds }) => ({
    bench: id,
    subject: name,
    metric: "time",
    value: rounded(median(seconds.map((one, pair) => one / base[pair]))),
    unit: `of ${BASE}'s time`,
    note: `${seconds.length} pairs, ${POLICIES_EACH} policies, of ${SLICE_BYTES / 1000} kB, ${gold.length} findings`,
  }));
  return { rows, runners };
}

/** Whole lines, in slices of about the same length. */
function slicesOf(text: Uint8Array): Uint8Array[] {
  const slices: Uint8Array[] = [];
  for (let at = 0; at < text.length;) {
    const lineEnd = text.indexOf(10, at + SLICE_BYTES);
    const end = lineEnd === -1 ? text.length : lineEnd + 1;
    slices.push(text.subarray(at, end));
    at = end;
  }
  return slices;
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
