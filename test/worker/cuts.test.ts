import { sample } from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Detector } from "../../src/core/detector.ts";
import {
  compilePolicy,
  ConfigurationError,
  FORMATS,
  maskWhole,
  type Format,
  type Policy,
  type PolicySpec,
} from "../../src/core/index.ts";
import { post } from "../contract/client.ts";
import { CASE_KEY, choiceOf, isKeyed, loadCases } from "../support/cases.ts";
import { keysFrom } from "../support/keys.ts";
import { detectorsFrom } from "../support/drawn-detector.ts";
import { randomPolicy } from "../support/random-policy.ts";
import { SOME_CUTS } from "../support/some-cuts.ts";
import type { CutsCase, CutsRequest, CutsVerdict } from "./cuts-messages.ts";
import { startWorkerd, type RunningWorker } from "../support/workerd.ts";
import { seedOr } from "../support/seed.ts";

const KEY = new TextDecoder().decode(CASE_KEY);
const keys = keysFrom();

/** How a text looks inside each format, with a neighbour before and after. */
const WRAPPERS: Readonly<Record<Format, (text: string) => string>> = {
  text: (text) => `a ${text}\r\nb`,
  json: (text) => JSON.stringify({ key: "a\u00e9", value: [text] }),
  ndjson: (text) => `{"a":1}\n${JSON.stringify({ value: text })}\r\n`,
  "json-seq": (text) => `\u001e${JSON.stringify({ value: text })}\n\u001e${JSON.stringify(text)}`,
  csv: (text) => `a,value\n1,"${text.replaceAll('"', '""')}"\r\n"${text.replaceAll('"', '""')}",\n`,
  form: (text) => new URLSearchParams({ a: "1", value: text, b: text }).toString(),
  multipart: (text) =>
    `--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n${text}\r\n--b\r\nContent-Disposition: form-data; name="f"; filename="x"\r\nContent-Type: text/plain\r\n\r\n${text}\n--b--\r\n`,
  sse: (text) => `\ufeff: a\r\nid: 1\ndata: ${JSON.stringify(text)}\r\rdata: ${JSON.stringify(text)}\n\n`,
};

/** Every example of every detector in these formats, each with the bytes that Node makes of it. */
function detectorCases(spec: PolicySpec, formats: readonly Format[]): CutsRequest {
  const policy = compilePolicy(spec, { keys });
  const texts = policy.detectors.flatMap(({ hits, misses }) => [...hits, ...misses]);
  const cases = formats.flatMap((format) =>
    texts.map((text) => {
      const input = new TextEncoder().encode(WRAPPERS[format](text));
      const choice = choiceOf(format);
      return { choice, inputHex: toHex(input), outputHex: toHex(maskWhole(policy, choice, input)) };
    }),
  );
  return { policy: spec, isKeyed: true, cases, plan: SOME_CUTS };
}

/** The corpus, its cases put together by their policies. */
function corpus(): CutsRequest[] {
  const requests = new Map<string, CutsRequest & { readonly cases: CutsCase[] }>();
  for (const { policy, choice, input, output } of loadCases()) {
    const key = JSON.stringify(policy);
    const request = requests.get(key) ?? { policy, isKeyed: isKeyed(policy), cases: [] };
    requests.set(key, request);
    request.cases.push({ choice, inputHex: toHex(input), outputHex: toHex(output) });
  }
  return [...requests.values()];
}

const RANDOM_FORMATS = ["text", "json", "ndjson", "csv", "sse"] as const;
const RANDOM_POLICIES = 300;
const SEED = seedOr(20_261_125);

/** Random policies with texts that they like, in several formats, each with the bytes that Node makes of it. */
function randomRequests(): CutsRequest[] {
  return sample(randomPolicy, { numRuns: RANDOM_POLICIES, seed: SEED }).flatMap(({ detectors, texts }) => {
    const policy = compileOrNot(detectorsFrom(detectors));
    if (policy === undefined) return [];
    const cases = texts.flatMap((text) =>
      RANDOM_FORMATS.map((format) => {
        const input =
          format === "text" ? text : new TextEncoder().encode(WRAPPERS[format](Buffer.from(text).toString()));
        const choice = choiceOf(format);
        return { choice, inputHex: toHex(input), outputHex: toHex(maskWhole(policy, choice, input)) };
      }),
    );
    return { policy: {}, isKeyed: false, detectors, cases };
  });
}

/** Undefined when a pattern is refused. */
function compileOrNot(detectors: readonly Detector[]): Policy | undefined {
  try {
    return compilePolicy({}, { detectors });
  } catch (thrown) {
    if (thrown instanceof ConfigurationError) return undefined;
    throw thrown;
  }
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

describe("every cut, inside workerd", () => {
  let worker: RunningWorker;

  beforeAll(async () => {
    worker = await startWorkerd({ entry: "test/worker/cuts-worker.ts", variables: { KEY } });
  });
  afterAll(async () => await worker?.stop());

  /** Runs the cases inside the isolate; returns how many cuts were tried, and what differed. */
  async function run(request: CutsRequest): Promise<{ cuts: number; differing: unknown[] }> {
    // Over a connection of its own: one that was kept is cut by workerd while this process computes.
    const { text } = await post(worker.origin, "application/json", JSON.stringify(request));
    const verdicts = JSON.parse(text) as CutsVerdict[];
    const read = (hex: string): string => Buffer.from(hex, "hex").toString();
    const differing = request.cases.flatMap(({ inputHex, outputHex }, index) => {
      const differing = verdicts[index]?.differing;
      if (differing === undefined) return [];
      return {
        cut: differing.cut,
        input: read(inputHex),
        expected: read(outputHex),
        actual: read(differing.outputHex),
      };
    });
    return { cuts: verdicts.reduce((sum, verdict) => sum + verdict.cuts, 0), differing };
  }

  test("gives the expected bytes for every case of the corpus", async () => {
    const requests = corpus();
    expect(requests.length).toBeGreaterThan(0);
    for (const request of requests) expect((await run(request)).differing).toEqual([]);
  });

  test(`gives Node's bytes for random policies and texts, seed ${SEED}`, async () => {
    const requests = randomRequests();
    for (const request of requests) expect((await run(request)).differing).toEqual([]);
    expect(requests.reduce((sum, { cases }) => sum + cases.length, 0)).toBeGreaterThan(2000);
  });

  for (const [name, spec, formats] of [
    ["redact, in every format", {}, FORMATS],
    ["hash", { operators: { default: { operator: "hash" } } }, ["text"]],
    ["mask", { operators: { default: { operator: "mask", keepLast: 4 } } }, ["text"]],
  ] as const) {
    test(`gives Node's bytes for every example of every detector by ${name}`, async () => {
      const request = detectorCases(spec, formats);
      const { cuts, differing } = await run(request);
      expect(differing).toEqual([]);
      expect(cuts).toBeGreaterThan(request.cases.length * 10);
    });
  }
});
