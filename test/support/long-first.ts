/**
 * In which order files begin: those that last long first, so that none of them is alone at the end.
 *
 * Vitest goes by the time that a file took before, which a fresh clone does not know, and takes the projects one by one.
 */
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What tries much, or waits for something that takes its time; the longest first, as two cores took them in November 2026. */
export const LONG = [
  "core/disguises",
  "node/re2-matcher",
  "core/detectors-oracle",
  "core/sieve",
  "node/re2-unicode",
  "bench/bench",
  "core/quick-way",
  "core/bad-input",
  "core/explain",
  "worker/feed-object",
  "worker/live",
  "node/re2",
  "node/reload-load",
  "core/random-streams",
  "node/crash",
  "node/bench",
  "node/phone-library",
  "node/cli-files",
  "worker/build-command",
  "kubernetes/image",
  "worker/cuts",
  "node/cli",
  "node/memory",
  "node/detokenize",
  "node/rolling-restart",
  "node/reload",
  "hostile/floods",
  "node/ingest",
  "worker/differential",
  "kubernetes/image-files",
  "worker/contract",
  "worker/tokens",
];

export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification): number => {
      const place = LONG.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return place < 0 ? LONG.length : place;
    };
    // oxlint-disable-next-line unicorn/no-array-sort -- vitest's method, not the array's
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}
