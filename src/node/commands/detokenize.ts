/** `maskwire detokenize`: tokens on stdin, values on stdout, and a record of who asked and why. */
import { randomBytes } from "node:crypto";
import { countRestored, createMasker, toStreamError } from "../../core/index.ts";
import type { Audit, AuditRecord } from "../../server/reversal/audit.ts";
import { createPurposeMask, isPurpose } from "../../server/reversal/purpose.ts";
import { createLineAudit, openAuditFile } from "../audit.ts";
import { type Arguments, configOption, formatOf, formatOption, policyOption, type Command } from "../command.ts";
import { requireInput } from "../input.ts";
import { tell, type Io } from "../io.ts";
import { createOutput } from "../output.ts";
import { explain, openRestorer } from "../policies.ts";

const CALL_BYTES = 8;

export const detokenize: Command = {
  notes: `
Needs the root key (MASKWIRE_KEY_FILE or MASKWIRE_KEY). What this tenant's keys have not made stays as it is.
A record of who asked, why, and how many values of which entity came back goes to standard error, or to --audit FILE.

Example:
  maskwire detokenize --purpose "ticket 17" --audit audit.ndjson --config maskwire.yaml masked.ndjson

Exit: 0 done, 1 the input broke off or the record cannot be written, 2 usage.`,
  define: (parser) =>
    parser
      .argument("[file]", "input; stdin when left out or -")
      .requiredOption("--purpose <text>", "why: 1 to 256 printable ASCII characters, for the audit record")
      .option("--audit <file>", "file that audit records are appended to")
      .addOption(formatOption())
      .addOption(policyOption())
      .addOption(configOption()),
  run: async (args, io) => {
    const { purpose = "" } = args;
    if (!isPurpose(purpose)) {
      tell(io, "--purpose: write 1 to 256 printable ASCII characters");
      return 2;
    }
    const restorer = await openRestorer(args, io);
    if (restorer === undefined) return 2;
    const input = await requireInput(args.file, io);
    if (input === undefined) return 2;
    const counts = new Map<string, number>();
    try {
      const audit = await openAudit(args, io);
      const record = recordOf(args, io, createPurposeMask()(purpose.trim()));
      await audit.append({ ...record, atMs: Date.now(), event: "detokenize-begin" });
      const end = async (outcome: string): Promise<void> => {
        const restored = Object.fromEntries(counts);
        await audit.append({ ...record, atMs: Date.now(), event: "detokenize-end", restored, outcome });
      };
      const count = (entity: string): void => void counts.set(entity, (counts.get(entity) ?? 0) + 1);
      const output = createOutput(io.stdout);
      try {
        const masker = createMasker(countRestored(restorer, count), formatOf(args));
        for await (const chunk of input.stream as AsyncIterable<Uint8Array>) {
          if (await output.write(masker.push(chunk))) continue;
          await end("CANCELLED");
          return 0;
        }
        const rest = masker.flush();
        await end("COMPLETE");
        await output.write(rest);
        await output.finish();
        return 0;
      } catch (thrown) {
        await end(toStreamError(thrown).code);
        throw thrown;
      }
    } catch (thrown) {
      tell(io, `stopped: ${explain(thrown)}`);
      return 1;
    }
  },
};

async function openAudit({ audit }: Arguments, io: Io): Promise<Audit> {
  return audit === undefined ? createLineAudit((line) => void io.stderr.write(line)) : await openAuditFile(audit);
}

function recordOf({ policy = "default" }: Arguments, { userName }: Io, purpose: string) {
  const call = randomBytes(CALL_BYTES).toString("hex");
  return { call, who: { name: userName }, policy, purpose } satisfies Partial<AuditRecord>;
}
