/** What test/worker/cuts-worker.ts is sent, and what it answers. */
import type { FormatChoice, PolicySpec } from "../../src/core/index.ts";
import type { CutsPlan } from "../support/every-cut.ts";
import type { DrawnDetector } from "../support/drawn-detector.ts";

/** Cases that share a policy, as JSON. */
export interface CutsRequest {
  readonly policy: PolicySpec;
  readonly isKeyed: boolean;
  /** In the place of the built-in ones. */
  readonly detectors?: readonly DrawnDetector[];
  readonly cases: readonly CutsCase[];
  /** Left out: every cut. */
  readonly plan?: CutsPlan;
}

/** One case; bytes are hexadecimal. */
export interface CutsCase {
  readonly choice: FormatChoice;
  readonly inputHex: string;
  readonly outputHex: string;
}

/** What came of one case. */
export interface CutsVerdict {
  readonly cuts: number;
  /** The first cut whose bytes are not the expected ones. */
  readonly differing?: { readonly cut: readonly number[]; readonly outputHex: string };
}
