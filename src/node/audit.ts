/**
 * Audit records of reversal, appended to a file or written where the log goes.
 *
 * Owns the file. Only appends: whoever rotates it renames it, and the next record begins a new one.
 */
import { appendFile } from "node:fs/promises";
import { type Audit, writeAuditRecord } from "../server/reversal/audit.ts";
import { StreamError } from "../core/index.ts";

/** For its owner only: it names people and what they looked at. */
const MODE = 0o600;

/** @throws StreamError `AUDIT_UNAVAILABLE` when nothing can be appended to the file. */
export async function openAuditFile(path: string): Promise<Audit> {
  // O_APPEND: two processes do not write over each other. `flush`: what is acknowledged survives the power.
  const append = (text: string): Promise<void> => appendFile(path, text, { flag: "a", mode: MODE, flush: true });
  await append("").catch(() => {
    throw new StreamError("AUDIT_UNAVAILABLE");
  });
  let isTorn = false;
  return {
    append: async (record) => {
      const line = writeAuditRecord(record);
      try {
        // A disk that was full may have kept half a line.
        await append(isTorn ? `\n${line}` : line);
        isTorn = false;
      } catch {
        isTorn = true;
        throw new StreamError("AUDIT_UNAVAILABLE");
      }
    },
  };
}

/** `write` gets whole lines. */
export function createLineAudit(write: (line: string) => void): Audit {
  return {
    append: (record) => {
      write(writeAuditRecord(record));
      return Promise.resolve();
    },
  };
}
