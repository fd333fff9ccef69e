/**
 * Who may have signed the certificate of what we dial.
 *
 * Owns the reading of `caFile`, anew for each connection, so that files may be replaced. No error of a file or of TLS is
 * passed on.
 */
import { readFile } from "node:fs/promises";
import { StreamError } from "../core/index.ts";
import type { Destination, Egress } from "../server/network/egress.ts";

/** What Node calls certificates that it does not take, by their beginnings: X.509's own words, and its own for the name. */
const UNTRUSTED =
  /^(?:CERT_|CRL_|DEPTH_ZERO_|ERR_TLS_CERT_|ERROR_IN_|HOSTNAME_|INVALID_|PATH_LENGTH_|SELF_SIGNED_|UNABLE_TO_)/;

/** For `tls.connect`; empty: the system's. @throws StreamError `UPSTREAM_LOST` when the file cannot be read now. */
export async function authoritiesFor(egress: Egress, destination: Destination): Promise<{ readonly ca?: string }> {
  const file = egress.caFileOf(destination);
  if (file === undefined) return {};
  try {
    return { ca: await readFile(file, "utf8") };
  } catch {
    throw new StreamError("UPSTREAM_LOST");
  }
}

/** True when a connection was not made because of the other side's certificate. */
export function isUntrusted({ code }: NodeJS.ErrnoException): boolean {
  return code !== undefined && UNTRUSTED.test(code);
}
