/**
 * Figures of several subjects in one table.
 *
 * Owns how a row tells whose it is.
 */
import type { Row } from "../../result.ts";

/** Where the comparison is kept, from the root of the repository. */
export const PEER_RESULTS = "bench/quality/peers.csv";

/** Our own name among the peers. */
export const MASKWIRE = "maskwire";

/** Metric of the texts in which a peer's tokens could not be told from the text. */
export const UNALIGNED_METRIC = "unaligned";

/** The same figure as that of `peer`. */
export function nameRow(row: Row, peer: string): Row {
  return { ...row, subject: `${peer}/${row.subject}` };
}

/** Figures of one peer, as if there were no other. Names of peers may have slashes, what they find has none. */
export function rowsOf(rows: readonly Row[], peer: string): Row[] {
  return rows.flatMap((row) => {
    const at = row.subject.lastIndexOf("/");
    return row.subject.slice(0, at) === peer ? [{ ...row, subject: row.subject.slice(at + 1) }] : [];
  });
}
