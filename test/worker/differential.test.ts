/**
 * Node's server and the worker, asked the same over HTTP: the same status and the same bytes, however the body is cut.
 *
 * Owns the draws. What is right is said elsewhere (test/contract, test/cases); here only that there is no difference.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { array, constantFrom, double, sample } from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DetectorSpec } from "../../src/core/custom-detector.ts";
import { compilePolicy, ConfigurationError, type PolicySpec, writeMediaType } from "../../src/core/index.ts";
import { send, type Answer } from "../contract/client.ts";
import { CASE_KEY, isKeyed, loadCases } from "../support/cases.ts";
import type { DrawnDetector } from "../support/drawn-detector.ts";
import { randomPolicy } from "../support/random-policy.ts";
import { REPOSITORY } from "../support/repository.ts";
import { runServer, type ServerProcess } from "../support/run-server.ts";
import { OBJECTS, startWorkerd, type RunningWorker } from "../support/workerd.ts";
import { seedOr } from "../support/seed.ts";

const SEED = seedOr(20_261_129);
const TRIPLES = 500;
const OPEN = { unsafeNoAuthentication: true };
const EVASIONS = join(REPOSITORY, "../shared/data/evasion.jsonl");
const hasEvasions = existsSync(EVASIONS);

interface Question {
  readonly policy: string;
  readonly type: string;
  readonly chunks: readonly Uint8Array[];
}

interface Evasion {
  readonly id: string;
  readonly transport: string;
  readonly chunks_b64: readonly string[];
}

/** Everything that a case or an evasion may ask for. */
const OPTIONS: Readonly<Record<string, PolicySpec>> = {
  plain: {},
  readings: { crossLine: true, decodeEntities: true, decodeBase64: true, decodeDepth: 2 },
  joined: { joinMessages: true, joinFields: ["delta"] },
  bare: { extraFields: "drop" },
};

const TYPES: Readonly<Record<string, string>> = {
  json: "application/json",
  ndjson: "application/x-ndjson",
  sse: "text/event-stream",
};

const cases = loadCases();
const specs = [...new Set(cases.map(({ policy }) => JSON.stringify(policy)))];
const caseName = (policy: PolicySpec): string => `case-${specs.indexOf(JSON.stringify(policy))}`;

/** Where a body of this many bytes is cut: anywhere, up to six times. */
const drawnCuts = array(double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 });

function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const cuts = [...new Set(places.map((place) => Math.floor(place * bytes.length)))].toSorted((a, b) => a - b);
  return [0, ...cuts].map((from, index) => bytes.subarray(from, cuts[index])).filter(({ length }) => length > 0);
}

interface Drawn {
  readonly policies: Readonly<Record<string, PolicySpec>>;
  readonly questions: readonly Question[];
}

/** 500 of (policy, input, cut), whose policies a configuration can say. */
function drawTriples(): Drawn {
  const policies: Record<string, PolicySpec> = {};
  const questions: Question[] = [];
  const cuts = sample(drawnCuts, { numRuns: TRIPLES, seed: SEED });
  const operators = sample(constantFrom("redact", "mask", "hash", "encrypt", "pseudonym"), {
    numRuns: TRIPLES,
    seed: SEED,
  });
  for (const { detectors, texts } of sample(randomPolicy, { numRuns: TRIPLES, seed: SEED })) {
    if (questions.length === TRIPLES) break;
    const named = detectors.flatMap((detector, index) => writable(detector, { index, texts }) ?? []);
    const operator = operators[questions.length];
    const deny = { patterns: [detectors[0].pattern] };
    if (named.length === 0 && !isAccepted({ deny })) continue;
    const spec: PolicySpec = {
      ...(named.length > 0 ? { detectors: named } : { deny }),
      operators: { default: { operator } },
    };
    const policy = `drawn-${Object.keys(policies).length}`;
    policies[policy] = spec;
    for (const text of texts) {
      if (questions.length === TRIPLES) break;
      questions.push({ policy, type: "text/plain", chunks: cutAt(text, cuts[questions.length]) });
    }
  }
  return { policies, questions };
}

/** A drawn detector as a configuration writes it, with a text of its own that it finds; undefined where there is none. */
function writable(
  { pattern, boundary, contextWords }: DrawnDetector,
  { index, texts }: { readonly index: number; readonly texts: readonly Uint8Array[] },
): DetectorSpec | undefined {
  // What JavaScript cannot read is drawn for nothing.
  const expression = expressionOf(pattern.replaceAll("(?i:x)", "[xX]"));
  if (expression === undefined) return undefined;
  const found = texts.flatMap((text) =>
    Array.from(Buffer.from(text).toString().matchAll(expression), ([match]) => match),
  );
  const hits = [...new Set(found)].filter((hit) => hit.length > 0 && hit.length <= 12).slice(0, 4);
  return hits
    .map((hit) => ({ entity: `DRAWN_${index}`, pattern, boundary, contextWords, maxLength: 12, hits: [hit] }))
    .find((spec) => isAccepted({ detectors: [spec] }));
}

function expressionOf(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, "gu");
  } catch {
    return undefined;
  }
}

function isAccepted(spec: PolicySpec): boolean {
  try {
    compilePolicy(spec);
    return true;
  } catch (thrown) {
    if (thrown instanceof ConfigurationError) return false;
    throw thrown;
  }
}

describe("Node and workerd, asked the same", () => {
  const drawn = drawTriples();
  let node: ServerProcess;
  let worker: RunningWorker;

  beforeAll(async () => {
    const casePolicies = Object.fromEntries(
      specs.map((text) => [caseName(JSON.parse(text) as PolicySpec), JSON.parse(text) as PolicySpec]),
    );
    const config = { policies: { ...OPTIONS, ...casePolicies, ...drawn.policies } };
    const environment = { MASKWIRE_KEY: new TextDecoder().decode(CASE_KEY) };
    node = await runServer({ config, environment });
    const listeners = { publish: OPEN, subscribe: OPEN };
    const variables = { MASKWIRE_CONFIG: JSON.stringify({ ...config, listeners }), ...environment };
    worker = await startWorkerd({ entry: "worker/index.ts", objects: OBJECTS, variables });
  });
  afterAll(async () => {
    await node?.stop();
    await worker?.stop();
  });

  const ask = async (origin: string, { policy, type, chunks }: Question): Promise<Answer> =>
    await send(`${origin}/v1/mask?policy=${policy}`, { method: "POST", headers: { "content-type": type }, chunks });

  /** The questions whose answers differ; how many bytes Node answered with. */
  async function compare(
    questions: readonly Question[],
  ): Promise<{ differing: unknown[]; bytes: number; masked: number }> {
    const differing: unknown[] = [];
    let bytes = 0;
    let masked = 0;
    for (const question of questions) {
      const [ours, theirs] = await Promise.all([ask(node.origin, question), ask(worker.origin, question)]);
      bytes += ours.bytes.length;
      if (!ours.bytes.equals(Buffer.concat(question.chunks))) masked++;
      const isSame =
        ours.status === theirs.status && ours.isWhole === theirs.isWhole && ours.bytes.equals(theirs.bytes);
      if (!isSame) differing.push({ question, node: [ours.status, ours.text], workerd: [theirs.status, theirs.text] });
    }
    return { differing, bytes, masked };
  }

  test(`every case, cut at random, seed ${SEED}`, async () => {
    const cuts = sample(drawnCuts, { numRuns: cases.length, seed: SEED });
    const questions = cases.map(({ policy, choice: { format, ...options }, input }, index) => ({
      policy: caseName(policy),
      type: writeMediaType({ format, options }),
      chunks: cutAt(input, cuts[index]),
    }));
    const { differing, masked } = await compare(questions);
    expect(differing).toEqual([]);
    expect(masked).toBeGreaterThan(cases.length / 3);
    expect(cases.some(({ policy }) => isKeyed(policy))).toBe(true);
  });

  test.skipIf(!hasEvasions)("every evasion, as it is cut there", async () => {
    const evasions = readFileSync(EVASIONS, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Evasion);
    const questions = evasions.flatMap(({ transport, chunks_b64: chunks }) =>
      Object.keys(OPTIONS).map((policy) => ({
        policy,
        type: TYPES[transport] ?? "text/plain",
        chunks: chunks.map((chunk) => new Uint8Array(Buffer.from(chunk, "base64"))),
      })),
    );
    const { differing, masked } = await compare(questions);
    expect(differing).toEqual([]);
    expect(masked).toBeGreaterThan(evasions.length);
  });

  test(`${TRIPLES} drawn policies, inputs and cuts, seed ${SEED}`, async () => {
    expect(drawn.questions).toHaveLength(TRIPLES);
    const { differing, masked } = await compare(drawn.questions);
    expect(differing).toEqual([]);
    expect(masked).toBeGreaterThan(TRIPLES / 10);
  });
});
