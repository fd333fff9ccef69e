/**
 * In which order files begin: those that last long first, so that none of them is alone at the end.
 *
 * Vitest goes by the time that a file took before, which a fresh clone does not know, and takes the projects one by one.
 */
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What waits for something that takes its time, or does much; the longest first. */
const LONG = [
  "node/cli",
  "node/memory",
  "worker/feed-object",
  "node/crash",
  "worker/live",
  "worker/build-command",
  "kubernetes/image",
  "worker/cuts",
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
