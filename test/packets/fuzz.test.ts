/** Random policies: packets and evaluator agree, and would not if the evaluator were wrong. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { differences, FUZZ_CELLS, fuzzSet, oddities, startFuzzNetwork, type FuzzedSet } from "./fuzz.ts";
import { whyNoLab } from "./lab.ts";
import { MISREADINGS, UNCHANGED } from "./misreadings.ts";

const reason = whyNoLab();
if (reason !== "") console.warn(`random policies were not tried on packets: ${reason}`);

/** `npm run fuzz:packets` runs more of them. */
const SETS = numberFrom("FUZZ_SETS", 100);
const FIRST_SEED = numberFrom("FUZZ_SEED", 1);
/** A set takes about a tenth of a second, and many times as long where others are at work. */
const SET_LIMIT_MS = 3_000;
const START_LIMIT_MS = 240_000;
/** So few must do to tell a wrong evaluator from a right one. */
const SENSITIVE_SETS = 25;

describe.skipIf(reason !== "")("random policies", () => {
  const sets: FuzzedSet[] = [];
  beforeAll(
    async () => {
      const network = await startFuzzNetwork();
      try {
        for (let seed = FIRST_SEED; seed < FIRST_SEED + SETS; seed++) sets.push(await fuzzSet(network, seed));
      } finally {
        await network.stop();
      }
    },
    START_LIMIT_MS + SETS * SET_LIMIT_MS,
  );
  afterAll(() => {
    const opened = sets.flatMap(({ probed }) => probed).filter(({ isOpen }) => isOpen).length;
    console.log(`${sets.length} sets of policies, ${sets.length * FUZZ_CELLS.length} connects, ${opened} opened`);
  });

  it("mean the same to packets and to the evaluator", () => {
    const found = sets.map((set) => ({
      FUZZ_SEED: set.seed,
      wrong: [...differences(set), ...oddities(set)],
      policies: set.cluster.policies,
    }));
    expect(found.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
  });

  it.skipIf(SETS < SENSITIVE_SETS)("are no walkover: connections are opened and refused in plenty", () => {
    const probed = sets.flatMap((set) => set.probed);
    const opened = probed.filter(({ isOpen }) => isOpen).length;
    expect(opened).toBeGreaterThan(probed.length / 10);
    expect(opened).toBeLessThan((probed.length * 9) / 10);
  });

  it("mean the same when they are rewritten without a change", () => {
    expect(sets.flatMap((set) => differences(set, UNCHANGED))).toEqual([]);
  });

  it.skipIf(SETS < SENSITIVE_SETS).each(Object.entries(MISREADINGS))("tell when %s", (_name, misread) => {
    expect(sets.slice(0, SENSITIVE_SETS).flatMap((set) => differences(set, misread))).not.toEqual([]);
  });
});

function numberFrom(name: string, usual: number): number {
  const given = process.env[name] ?? String(usual);
  if (!/^[1-9]\d{0,8}$/.test(given)) throw new Error(`${name} must be a whole number above 0`);
  return Number(given);
}
