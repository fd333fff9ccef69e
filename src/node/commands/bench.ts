/** `maskwire bench`: how fast a policy masks an input of yours on this machine. */
import { Option } from "commander";
import { createMasker, type FormatChoice, type Policy, toStreamError } from "../../core/index.ts";
import { formatName, formatOf, wholeNumber, type Command, withInput } from "../command.ts";
import { requireWhole } from "../input.ts";
import { tell } from "../io.ts";
import { createOutput } from "../output.ts";
import { openLocalPolicy } from "../policies.ts";
import { createProgress } from "../progress.ts";

const SECONDS = 5;
const CHUNK_BYTES = 65_536;
const ROUNDS_LEAST = 3;
/** A short input is masked again until a round is long enough for the clock. */
const ROUND_BYTES = 2_000_000;
/** Of the time; the compiler of the platform goes on improving for a while. */
const WARM_UP_SHARE = 0.4;

export const bench: Command = {
  notes: `
Masks the input over and over and drops what comes out. Speed is by CPU time, all threads of the program together, and the
median of rounds. Prints no payload.

Example:
  maskwire bench --policy support --config maskwire.yaml events.ndjson

Exit: 0 measured, 1 the policy refuses the input, 2 usage.`,
  define: (parser) =>
    withInput(parser)
      .addOption(
        new Option("--seconds <number>", "how long it measures, at least")
          .default(SECONDS)
          .argParser(wholeNumber(1, 600)),
      )
      .addOption(
        new Option("--chunk <bytes>", "in chunks of this size")
          .default(CHUNK_BYTES)
          .argParser(wholeNumber(1, 67_108_864)),
      )
      .option("--json", "one line of JSON"),
  run: async (args, io) => {
    const policy = await openLocalPolicy(args, io);
    if (policy === undefined) return 2;
    const input = await requireWhole(args.file, io);
    if (input === undefined) return 2;
    const subject: Subject = { policy, choice: formatOf(args), input, chunkBytes: args.chunk ?? CHUNK_BYTES };
    const progress = createProgress(io, { unit: "rounds", from: 0 });
    try {
      const measured = await measure(subject, args.seconds ?? SECONDS, () => progress.add(1));
      progress.end();
      const output = createOutput(io.stdout);
      await output.write(
        args.json === true ? `${JSON.stringify(figuresOf(subject, measured))}\n` : describe(subject, measured),
      );
      await output.finish();
      return 0;
    } catch (thrown) {
      progress.end();
      const { code, message } = toStreamError(thrown);
      tell(io, `stopped: ${code}: ${message}`);
      return 1;
    }
  },
};

interface Subject {
  readonly policy: Policy;
  readonly choice: FormatChoice;
  readonly input: Uint8Array;
  readonly chunkBytes: number;
}

/** Nanoseconds of CPU for a byte. */
interface Measured {
  readonly first: number;
  /** Sorted, at least one. */
  readonly rounds: readonly number[];
  readonly heldBytes: number;
}

async function measure(subject: Subject, seconds: number, onRound: () => void): Promise<Measured> {
  const { input } = subject;
  const passes = Math.ceil(ROUND_BYTES / input.length);
  let heldBytes = 0;
  const mask = async (): Promise<number> => {
    const cost = costOf(passes * input.length, () => {
      for (let pass = 0; pass < passes; pass++) heldBytes = Math.max(heldBytes, maskAll(subject));
    });
    onRound();
    // Lets signals and the bar through.
    await new Promise((resolve) => setImmediate(resolve));
    return cost;
  };
  const begunMs = performance.now();
  const elapsed = (): number => (performance.now() - begunMs) / 1000 / seconds;
  const first = await mask();
  while (elapsed() < WARM_UP_SHARE) await mask();
  const rounds: number[] = [];
  while (rounds.length < ROUNDS_LEAST || elapsed() < 1) rounds.push(await mask());
  return { first, rounds: rounds.toSorted((a, b) => a - b), heldBytes };
}

function costOf(bytes: number, run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (1000 * (user + system)) / bytes;
}

/** Most bytes that were held between two chunks. */
function maskAll({ policy, choice, input, chunkBytes }: Subject): number {
  const masker = createMasker(policy, choice);
  let heldBytes = 0;
  for (let at = 0; at < input.length; at += chunkBytes) {
    masker.push(input.subarray(at, at + chunkBytes));
    heldBytes = Math.max(heldBytes, masker.heldBytes);
  }
  masker.flush();
  return heldBytes;
}

function medianOf({ rounds }: Measured): number {
  return rounds[rounds.length >> 1];
}

function figuresOf({ policy, choice, input, chunkBytes }: Subject, measured: Measured): object {
  const { first, rounds, heldBytes } = measured;
  return {
    policy: policy.name,
    format: formatName(choice),
    bytes: input.length,
    chunkBytes,
    rounds: rounds.length,
    nanosecondsPerByte: rounded(medianOf(measured)),
    megabytesPerSecond: rounded(1000 / medianOf(measured)),
    firstMegabytesPerSecond: rounded(1000 / first),
    heldBytesMax: heldBytes,
  };
}

function describe(subject: Subject, measured: Measured): string {
  const { first, rounds, heldBytes } = measured;
  const speed = (cost: number): string => `${rounded(1000 / cost)} MB`.padStart(10);
  const middle = medianOf(measured);
  const range = `${rounded(1000 / (rounds.at(-1) as number))} to ${rounded(1000 / rounds[0])} in ${rounds.length} rounds`;
  return [
    `${subject.input.length} bytes as ${formatName(subject.choice)}, policy ${subject.policy.name}, in chunks of ${subject.chunkBytes} bytes; for each second of CPU time:`,
    `${speed(middle)}  masked: ${rounded(middle)} ns a byte; ${range}`,
    `${speed(first)}  masked in the first round, while automata are built and code is compiled`,
    `${`${heldBytes} B`.padStart(10)}  held at most between two chunks`,
    "",
  ].join("\n");
}

/** Three digits. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
