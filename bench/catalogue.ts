/**
 * Which detectors a bench runs with: those that every policy has, or all that there are.
 *
 * Owns the two names and what stands behind them. Names of people are left out: they are a word list, and no shape.
 */
import { compilePolicy, type Policy } from "../src/core/index.ts";
import { withPacks } from "../src/core/detectors/index.ts";
import type { Detector } from "../src/core/detector.ts";
import { PACK_NAMES } from "../src/core/packs/index.ts";

export const CATALOGUES = ["default", "full"] as const;
export type Catalogue = (typeof CATALOGUES)[number];

const PACKS = PACK_NAMES.filter((name) => name !== "names");

export function policyOf(catalogue: Catalogue): Policy {
  return compilePolicy(catalogue === "full" ? { packs: PACKS } : {});
}

export function fullDetectors(): readonly Detector[] {
  return withPacks(PACKS);
}
