/**
 * The long mode of the differential test against RE2: random patterns and texts, by hand, as many as one likes.
 *
 * Owns the command line and the report. A difference it finds is shrunk, and belongs into test/regressions/re2.toml.
 */
import { parseArgs } from "node:util";
import { clearProgress, showProgress } from "../support/progress-bar.ts";
import { shrink } from "../support/re2-differential.ts";
import { fuzz, type FuzzCounts } from "../support/re2-fuzz.ts";

const HELP = `npm run fuzz -- [options]

Compares the pattern compiler with RE2 on random patterns and texts: is a pattern accepted, and where do matches end.

  --pairs N   pairs of pattern and text (default 200000, some minutes)
  --seed N    same seed, same pairs (default 1)
  --help      print this

Exit: 0 no difference, 1 differences, each printed in its smallest form, 2 usage.
`;

const SHOWN_DIFFERENCES = 20;
const PROGRESS_PAIRS = 1_000;
const MS_IN_SECOND = 1_000;

/** Returns the exit code. */
export function main(args: readonly string[]): number {
  const options = readOptions(args);
  if (typeof options === "string") {
    process.stderr.write(`${options}\n\n${HELP}`);
    return 2;
  }
  if (options.isHelp) {
    process.stdout.write(HELP);
    return 0;
  }
  const begin = performance.now();
  const counts = run(options);
  const seconds = (performance.now() - begin) / MS_IN_SECOND;
  for (const difference of counts.differences.slice(0, SHOWN_DIFFERENCES))
    process.stdout.write(`${JSON.stringify(shrink(difference))}\n`);
  process.stdout.write(
    `seed ${options.seed}: ${counts.pairs} pairs, ${counts.patterns} patterns (${counts.refused} refused), ` +
      `${counts.differences.length} differences, ${Math.round(counts.pairs / seconds)} pairs/s\n`,
  );
  return counts.differences.length > 0 ? 1 : 0;
}

interface Options {
  readonly pairs: number;
  readonly seed: number;
  readonly isHelp: boolean;
}

function readOptions(args: readonly string[]): Options | string {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        pairs: { type: "string", default: "200000" },
        seed: { type: "string", default: "1" },
        help: { type: "boolean", default: false },
      },
    }));
  } catch (error) {
    return error instanceof Error ? error.message : "bad options";
  }
  const [pairs, seed] = [Number(values.pairs), Number(values.seed)];
  if (!Number.isInteger(pairs) || pairs < 1) return "--pairs must be a whole number above 0";
  if (!Number.isInteger(seed)) return "--seed must be a whole number";
  return { pairs, seed, isHelp: values.help };
}

function run({ pairs, seed }: Options): FuzzCounts {
  let counts: FuzzCounts | undefined;
  let shown = 0;
  for (counts of fuzz(seed, pairs)) {
    if (counts.pairs - shown < PROGRESS_PAIRS) continue;
    shown = counts.pairs;
    showProgress(counts.pairs / pairs, `${counts.pairs}/${pairs} pairs, ${counts.differences.length} differences`);
  }
  clearProgress();
  return counts as unknown as FuzzCounts;
}
