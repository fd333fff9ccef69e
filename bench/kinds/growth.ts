/**
 * Does time grow with the length and no faster: hostile texts at growing lengths.
 *
 * Owns the measurement of one policy on one text. `growth` is the worst cost of a byte in a longer text over that in a
 * shorter one; 1 is linear. Noise only ever adds, so of a few attempts the best one is kept.
 */
import {
  compilePolicy,
  ConfigurationError,
  createMasker,
  type Detector,
  maskWhole,
  type Policy,
} from "../../src/core/index.ts";
import { BUILT_IN } from "../../src/core/detectors/index.ts";
import { type Catalogue, policyOf } from "../catalogue.ts";
import type { BenchContext } from "../context.ts";
import { HOSTILE, hostileText, repeated } from "../corpora/hostile.ts";
import { HOSTILE_PATTERNS, type HostilePattern } from "../corpora/hostile-patterns.ts";
import type { Definition } from "../definition.ts";
import { measure } from "../peers/peer.ts";
import { rounded, type Row } from "../result.ts";

const LENGTHS = [10_000, 100_000, 1_000_000, 10_000_000];
/** No longer than the shortest text, or longer chunks would be measured instead of longer texts. */
const CHUNK_BYTES = 8192;
const CHECK_CHUNK_BYTES = 64;
const WARM_UP_SECONDS = 0.05;
/** Shorter measurements are mostly the clock's. */
const MEASURED_SECONDS_LEAST = 0.02;
const REPEATS = 3;
const ATTEMPTS = 4;
/** Within it nothing is tried again. */
const GROWTH_LIMIT = 1.1;

interface Trial {
  readonly subject: string;
  readonly note: string;
  readonly policy: Policy;
  readonly textOf: (bytes: number) => Uint8Array;
}

export async function runGrowth(definition: Definition, context: BenchContext): Promise<Row[]> {
  const { trials, refused } = definition.corpus === "user-patterns" ? userTrials() : trialsOf(definition.catalogue);
  const rows: Row[] = [];
  for (const [i, trial] of trials.entries()) {
    checkCuts(trial);
    const { growth, speed } = measureGrowth(trial, context);
    const common = { bench: definition.id, subject: trial.subject };
    rows.push(
      { ...common, metric: "growth", value: rounded(growth), unit: "× linear", note: trial.note },
      { ...common, metric: "speed", value: rounded(speed), unit: "MB per CPU second", note: trial.note },
    );
    context.progress((i + 1) / trials.length);
  }
  const refusedRow = { metric: "refused", value: 1, unit: "pattern", note: "refused when the policy is compiled" };
  return [...rows, ...refused.map((subject) => ({ bench: definition.id, subject, ...refusedRow }))];
}

interface Trials {
  readonly trials: readonly Trial[];
  readonly refused: readonly string[];
}

/** Of the full catalogue all together only: alone they would take an hour. */
function trialsOf(catalogue: Catalogue): Trials {
  const alone = catalogue === "full" ? [] : BUILT_IN;
  const policies = [
    ...alone.map(({ entity }) => ({ subject: entity, policy: compilePolicy({ entities: [entity] }) })),
    { subject: catalogue === "full" ? "all packs" : "all built-in", policy: policyOf(catalogue) },
  ];
  const trials = policies.flatMap(({ subject, policy }) =>
    Object.keys(HOSTILE).map((name) => ({
      subject,
      note: name,
      policy,
      textOf: (bytes: number) => hostileText(name, bytes),
    })),
  );
  return { trials, refused: [] };
}

function userTrials(): Trials {
  const trials: Trial[] = [];
  const refused: string[] = [];
  for (const hostile of HOSTILE_PATTERNS)
    for (const [outcome, score] of Object.entries(OUTCOMES)) {
      const policy = compileUser(hostile, score);
      if (policy === undefined) refused.push(hostile.pattern);
      else {
        const textOf = (bytes: number): Uint8Array => repeated(hostile.unit, bytes);
        trials.push({ subject: hostile.pattern, note: `validator ${outcome}`, policy, textOf });
      }
    }
  return { trials, refused: [...new Set(refused)] };
}

/** A validator that refuses all makes the resolver try every end; one that accepts all makes it replace. */
const OUTCOMES = { refuses: 0, accepts: 1 };

function compileUser({ pattern, maxLength }: HostilePattern, score: number): Policy | undefined {
  const detector: Detector = {
    entity: "USER",
    source: "a hostile user",
    pattern,
    ...(maxLength === undefined ? {} : { maxLength }),
    boundary: "none",
    validate: () => score,
    hits: [],
    misses: [],
  };
  try {
    return compilePolicy({}, { detectors: [detector] });
  } catch (error) {
    if (error instanceof ConfigurationError) return undefined;
    throw error;
  }
}

/** The answer: small chunks give what the whole text gives. */
function checkCuts({ subject, note, policy, textOf }: Trial): void {
  const text = textOf(LENGTHS[0]);
  const whole = maskWhole(policy, "text", text);
  const joined = Buffer.concat(maskInChunks(policy, text, CHECK_CHUNK_BYTES));
  if (!joined.equals(whole)) throw new Error(`${subject} on ${note}: the cuts changed the answer`);
}

function maskInChunks(policy: Policy, text: Uint8Array, chunkBytes: number): Uint8Array[] {
  const masker = createMasker(policy, "text");
  const output: Uint8Array[] = [];
  for (let at = 0; at < text.length; at += chunkBytes) output.push(masker.push(text.subarray(at, at + chunkBytes)));
  output.push(masker.flush());
  return output;
}

function measureGrowth(trial: Trial, context: BenchContext): { growth: number; speed: number } {
  const begun = performance.now();
  const warm = trial.textOf(LENGTHS[1]);
  do maskInChunks(trial.policy, warm, CHUNK_BYTES);
  while (performance.now() - begun < WARM_UP_SECONDS * 1000);
  let growth = Infinity;
  let speed = 0;
  for (let attempt = 0; attempt < ATTEMPTS && growth > GROWTH_LIMIT; attempt++) {
    context.collect();
    const costs = costsOf(trial, context.seconds / REPEATS);
    growth = Math.min(growth, worstGrowth(costs));
    speed = Math.max(speed, 1 / 1e6 / costs[costs.length - 1]);
  }
  return { growth, speed };
}

/** CPU seconds a byte at each length that fits the time, the first two always. */
function costsOf({ policy, textOf }: Trial, secondsMost: number): number[] {
  const costs: number[] = [];
  for (const length of LENGTHS) {
    const isTooLong = costs.length > 1 && costs[costs.length - 1] * length > secondsMost;
    if (isTooLong) break;
    const text = textOf(length);
    let best = Infinity;
    for (let i = 0; i < REPEATS; i++) best = Math.min(best, secondsOf(policy, text));
    costs.push(best / text.length);
  }
  return costs;
}

function secondsOf(policy: Policy, text: Uint8Array): number {
  let runs = 0;
  const { cpuSeconds } = measure(() => {
    const begun = performance.now();
    do {
      maskInChunks(policy, text, CHUNK_BYTES);
      runs++;
    } while (performance.now() - begun < MEASURED_SECONDS_LEAST * 1000);
  });
  return cpuSeconds / runs;
}

function worstGrowth(costs: readonly number[]): number {
  let worst = 0;
  for (let i = 0; i < costs.length; i++)
    for (let j = i + 1; j < costs.length; j++) worst = Math.max(worst, costs[j] / costs[i]);
  return worst;
}
