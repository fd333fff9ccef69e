/**
 * However a stream is cut, the output is the same: by hand, on as many random streams as one likes.
 *
 * Owns the command line, the property and the report. Its streams and policies are those of the suite
 * (test/core/random-streams.test.ts), which tries some. A difference belongs into test/cases, which run at every cut.
 */
import { Buffer } from "node:buffer";
import process from "node:process";
import { parseArgs } from "node:util";
import { array, check, constantFrom, type IProperty, nat, oneof, property } from "fast-check";
import { FORMATS, type Format, maskWhole, type Policy } from "../../src/core/index.ts";
import { choiceOf } from "../support/cases.ts";
import { cutsAt, maskCut } from "../support/every-cut.ts";
import { longStreamOf } from "../support/long-stream.ts";
import { clearProgress, showProgress } from "../support/progress-bar.ts";
import { streamOf } from "../support/random-stream.ts";
import { STREAM_POLICIES } from "../support/stream-policies.ts";

const HELP = `npm run fuzz:cuts -- [options]

Masks random streams of every format by policies that use all there is: whole, cut at random places, byte by byte, and by
the way that reads every record. The output has to be the same.

  --seconds N    how long (default 60)
  --seed N       same seed, same streams (default 1)
  --format NAME  of this format only: ${FORMATS.join(", ")}
  --help         print this

Exit: 0 no difference, 1 a difference, printed in its smallest form, 2 usage.
`;

const MS_IN_SECOND = 1_000;
/** Streams of one format before the next has its turn. */
const TURN = 10;
/** A difference is made smaller for as long. */
const SHRINK_MS = 60_000;
/** Longer streams are not pushed byte by byte. */
const BYTEWISE_BYTES = 3_000;
const MOST_PLACE = 60_000;

interface Options {
  readonly seconds: number;
  readonly seed: number;
  readonly formats: readonly Format[];
}

type Drawn = [stream: Uint8Array, policy: string, places: number[]];

/** Returns the exit code. */
export function main(args: readonly string[]): number {
  const options = readOptions(args);
  if (typeof options === "string") {
    const isHelp = options === "";
    (isHelp ? process.stdout : process.stderr).write(isHelp ? HELP : `${options}\n\n${HELP}`);
    return isHelp ? 0 : 2;
  }
  const { seconds, seed, formats } = options;
  const endMs = performance.now() + seconds * MS_IN_SECOND;
  let turn = 0;
  for (; performance.now() < endMs; turn++) {
    const format = formats[turn % formats.length];
    const found = runTurn(format, seed + turn);
    if (found !== undefined) {
      clearProgress();
      process.stdout.write(`${JSON.stringify({ format, ...found }, null, 2)}\n`);
      process.stdout.write(
        `differs; draw it again by: npm run fuzz:cuts -- --seed ${seed + turn} --format ${format}\n`,
      );
      return 1;
    }
    const left = Math.max(0, (endMs - performance.now()) / MS_IN_SECOND);
    showProgress(1 - left / seconds, `${(turn + 1) * TURN} streams, ${Math.ceil(left)} s to go`);
  }
  clearProgress();
  process.stdout.write(`seed ${seed}: ${turn * TURN} streams of ${formats.slice(0, turn).join(", ")}, no difference\n`);
  return 0;
}

function readOptions(args: readonly string[]): Options | string {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: "string", default: "60" },
      seed: { type: "string", default: "1" },
      format: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "";
  const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
  if (!(seconds > 0)) return "--seconds must be a number above 0";
  if (!Number.isInteger(seed)) return "--seed must be a whole number";
  const formats = FORMATS.filter((format) => values.format === undefined || format === values.format);
  return formats.length === 0 ? `--format must be one of ${FORMATS.join(", ")}` : { seconds, seed, formats };
}

/** The smallest form of a difference, if there is one. */
function runTurn(format: Format, seed: number): object | undefined {
  const { failed, counterexample } = check(invarianceOf(format), {
    numRuns: TURN,
    seed,
    interruptAfterTimeLimit: SHRINK_MS,
  });
  if (!failed || counterexample === null) return undefined;
  const [stream, policy, places] = counterexample;
  return { policy, stream: latin1(stream), cuts: cutsAt(places, stream.length), ...outputsOf(format, counterexample) };
}

function invarianceOf(format: Format): IProperty<Drawn> {
  const stream = oneof(streamOf(format), longStreamOf(format));
  const policy = constantFrom(...Object.keys(STREAM_POLICIES));
  return property(stream, policy, array(nat(MOST_PLACE), { maxLength: 8 }), (...drawn) => {
    const { whole, ...others } = outputsOf(format, drawn);
    return Object.values(others).every((output) => output === whole);
  });
}

/** By way of masking, what comes of it. */
function outputsOf(format: Format, [bytes, name, places]: Drawn): Readonly<Record<string, string>> {
  const policy: Policy = STREAM_POLICIES[name];
  const choice = choiceOf(format);
  const each = Array.from({ length: bytes.length > BYTEWISE_BYTES ? 0 : bytes.length }, (_, at) => at);
  return {
    whole: answerOf(() => maskWhole(policy, choice, bytes)),
    cut: answerOf(() => maskCut(policy, choice, { bytes, cuts: cutsAt(places, bytes.length) })),
    bytewise: answerOf(() => maskCut(policy, choice, { bytes, cuts: each })),
    careful: answerOf(() => maskWhole({ ...policy, passesClean: false }, choice, bytes)),
  };
}

/** The output, or what was thrown. */
function answerOf(mask: () => Uint8Array): string {
  try {
    return latin1(mask());
  } catch (thrown) {
    return `thrown: ${String(thrown)}`;
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
