/** `maskwire mask`: stdin to stdout, masked while it is still coming in. */
import { createMasker, toStreamError } from "../../core/index.ts";
import { engineOption, formatName, formatOf, type Command, withInput } from "../command.ts";
import { FindingsReport } from "../../server/masking/findings-report.ts";
import { openFindings } from "../findings-output.ts";
import { requireInput, type Input } from "../input.ts";
import { tell } from "../io.ts";
import { createOutput } from "../output.ts";
import { openLocalPolicy } from "../policies.ts";
import { createProgress } from "../progress.ts";

/** From here on a pipe counts as large and the bar shows. */
const LARGE_BYTES = 67_108_864;

export const mask: Command = {
  notes: `
The format is that of --format, else of the file's ending (.json .ndjson .jsonl .jsonseq .sse .csv .tsv), else text.
A media type is a format too, with its parameters: --format "text/csv; header=absent".

--findings says how many values of which entity each operator masked, as one line of JSON and without a value, once the
input has ended in order.

Examples:
  tail -f app.log | maskwire mask
  maskwire mask --findings - app.log > masked.log
  maskwire mask --policy support --config maskwire.yaml events.ndjson > masked.ndjson

Exit: 0 masked, 1 the input broke off, the policy refused it, or the output or --findings cannot be written, 2 usage.`,
  define: (parser) =>
    withInput(parser)
      .addOption(engineOption())
      .option("--findings <file>", "write what was found to this file, or to stderr for -"),
  run: async (args, io) => {
    const policy = await openLocalPolicy(args, io);
    if (policy === undefined) return 2;
    const input = await requireInput(args.file, io);
    if (input === undefined) return 2;
    const findings = args.findings === undefined ? undefined : await openFindings(args.findings, args.file, io);
    if (args.findings !== undefined && findings === undefined) return 2;
    const output = createOutput(io.stdout);
    const progress = createProgress(io, {
      unit: "bytes",
      total: input.sizeBytes,
      from: input.isFile ? 0 : LARGE_BYTES,
    });
    try {
      const choice = formatOf(args);
      const report = new FindingsReport({ format: formatName(choice), findings: undefined });
      const masker = createMasker(findings === undefined ? policy : report.watch(policy), choice);
      for await (const chunk of chunksOf(input)) {
        progress.add(chunk.length);
        if (!(await output.write(report.pass(masker.push(chunk), masker.heldBytes)))) return 0;
      }
      await output.write(masker.flush());
      await output.finish();
      const isTold = findings === undefined || (await findings.write(`${report.text}\n`));
      return isTold ? 0 : 1;
    } catch (thrown) {
      // What was decided is out; the rest is dropped, because nobody has decided it.
      const { code, message } = toStreamError(thrown);
      tell(io, `stopped: ${code}: ${message}`);
      return 1;
    } finally {
      progress.end();
      await findings?.close();
    }
  },
};

function chunksOf(input: Input): AsyncIterable<Uint8Array> {
  return input.stream as AsyncIterable<Uint8Array>;
}
