/** Stands in for `src/core/packs/index.ts` in a deployment whose policies name no pack. */
import type { Detector } from "../src/core/detector.ts";

export const PACK_NAMES: readonly never[] = [];

export const PHONES = "phones";

/** No pack, so nothing that looks for labels of countries. */
export function withCountries(detector: Detector): Detector {
  return detector;
}

/** No pack, so no names in its language. */
export function withFieldNames(detector: Detector): Detector {
  return detector;
}

/** No pack, so none that a deployment could not have. */
export function withPhoneCheck(_: unknown, detectors: readonly Detector[]): readonly Detector[] {
  return detectors;
}

export function packDetectors(): Detector[] {
  return [];
}

export function entitiesOf(): string[] {
  return [];
}

/** Every name is one. */
export function unknownPacks(names: readonly string[]): readonly string[] {
  return names;
}
