/** `maskwire verify`: however the input is cut, the same bytes come out. */
import { Option } from "commander";
import { createMasker, maskWhole, toStreamError, type FormatChoice, type Policy } from "../../core/index.ts";
import { formatName, formatOf, wholeNumber, type Command, withInput } from "../command.ts";
import { countCuttings, EVERY_CUT_MAX_BYTES, planCuttings, type Cutting } from "../cuts.ts";
import { requireWhole } from "../input.ts";
import { createOutput } from "../output.ts";
import { openPolicy } from "../policies.ts";
import { createProgress } from "../progress.ts";

export const verify: Command = {
  notes: `
Compares the masked whole with: byte by byte, every 2-way cut (inputs up to ${EVERY_CUT_MAX_BYTES} bytes), chunks of every
size from 2 to 64, and 200 rounds of random cuts from --seed. Prints no payload.

Exit: 0 every cut gives the same bytes, 1 one does not (it is named), 2 usage.`,
  define: (parser) =>
    withInput(parser)
      .addOption(new Option("--file <file>", "the same").hideHelp())
      .addOption(
        new Option("--seed <number>", "start of the random cuts").default(1).argParser(wholeNumber(0, 4_294_967_295)),
      ),
  run: async (args, io) => {
    const policy = await openPolicy(args, io);
    if (policy === undefined) return 2;
    const input = await requireWhole(args.file, io);
    if (input === undefined) return 2;
    const subject: Subject = { policy, choice: formatOf(args), input };
    const whole = outcomeOf(() => maskWhole(policy, subject.choice, input));
    const progress = createProgress(io, { unit: "cuts", total: countCuttings(input.length), from: 1 });
    const output = createOutput(io.stdout);
    let tried = 0;
    for (const cutting of planCuttings(input.length, args.seed ?? 1)) {
      const joined = outcomeOf(() => maskCut(subject, cutting));
      if (!isSame(whole, joined)) {
        progress.end();
        await output.write(`DIFFERS: ${cutting.name}: ${describeDifference(whole, joined)}\n`);
        await output.finish();
        return 1;
      }
      tried += 1;
      progress.add(1);
      // Lets signals and the bar through.
      if (tried % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    progress.end();
    await output.write(
      `${tried} cuts of ${input.length} bytes as ${formatName(subject.choice)}: the same bytes every time\n`,
    );
    await output.finish();
    return 0;
  },
};

interface Subject {
  readonly policy: Policy;
  readonly choice: FormatChoice;
  readonly input: Uint8Array;
}

/** What came out, or the code of the error that ended it: a cut must not change either. */
type Outcome = { readonly bytes: Buffer } | { readonly code: string };

function outcomeOf(run: () => Uint8Array): Outcome {
  try {
    return { bytes: Buffer.from(run()) };
  } catch (thrown) {
    return { code: toStreamError(thrown).code };
  }
}

function maskCut({ policy, choice, input }: Subject, cutting: Cutting): Uint8Array {
  const masker = createMasker(policy, choice);
  const out: Uint8Array[] = [];
  let from = 0;
  for (const to of cutting.cuts()) {
    out.push(masker.push(input.subarray(from, to)));
    from = to;
  }
  out.push(masker.push(input.subarray(from)), masker.flush());
  return Buffer.concat(out);
}

function isSame(left: Outcome, right: Outcome): boolean {
  if ("bytes" in left && "bytes" in right) return left.bytes.equals(right.bytes);
  return "code" in left && "code" in right && left.code === right.code;
}

function describeDifference(whole: Outcome, joined: Outcome): string {
  const say = (one: Outcome): string => ("code" in one ? one.code : `${one.bytes.length} bytes`);
  const lengths = `whole gives ${say(whole)}, cut gives ${say(joined)}`;
  if ("code" in whole || "code" in joined) return lengths;
  const at = whole.bytes.findIndex((byte, index) => byte !== joined.bytes[index]);
  return `first different output byte ${at === -1 ? whole.bytes.length : at}; ${lengths}`;
}
