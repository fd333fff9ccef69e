/**
 * What an audit record of reversal says: who turned back how many values of which entity, and why.
 *
 * Owns its shape and its text. Never holds a value: a purpose in which something is found is written with that masked.
 */
import type { Caller } from "../auth/access.ts";

export interface AuditRecord {
  /** `detokenize-begin` before anything leaves, `detokenize-end` with the counts, `detokenize-refused`. */
  readonly event: "detokenize-begin" | "detokenize-end" | "detokenize-refused";
  readonly atMs: number;
  /** The same in the records of one call; 16 hex digits. */
  readonly call: string;
  readonly who: Caller;
  /** Name of a policy of the configuration; absent when the caller named none that there is. */
  readonly policy?: string;
  readonly purpose?: string;
  /** Entity to how many values were turned back. */
  readonly restored?: Readonly<Record<string, number>>;
  /** `COMPLETE`, `CANCELLED` when the caller left, or the code of an error. */
  readonly outcome?: string;
}

/** One line of JSON. */
export function writeAuditRecord({ atMs, event, who, ...rest }: AuditRecord): string {
  const time = new Date(atMs).toISOString();
  const issuer = who.issuer === undefined ? {} : { issuer: who.issuer };
  return `${JSON.stringify({ time, event, who: who.name, ...issuer, ...rest })}\n`;
}

/** Where audit records go. */
export interface Audit {
  /** Resolves when the record is there to stay. Rejects when it is not: then nothing may be turned back. */
  append(record: AuditRecord): Promise<void>;
}
