/**
 * From whom a request really comes, behind proxies.
 *
 * Owns the reading of `X-Forwarded-For` and `Forwarded` (RFC 7239). What stands there is believed as far as trusted
 * proxies wrote it, from the right: anything further left may be the client's own invention.
 */
import type { IncomingMessage } from "node:http";
import type { TrustedProxiesConfig } from "../server/config/config.ts";
import { holds, parseAddress, parseRange, type Address } from "../server/network/cidr.ts";

export interface ClientAddresses {
  /** True when whoever has this address is believed, and limited by those for whom it speaks. */
  isTrusted(peer: string): boolean;
  /**
   * The last address that no trusted proxy has. Undefined for a request that came without a proxy, or from a trusted one
   * on its own behalf. O(length of the header).
   */
  addressOf(incoming: IncomingMessage): string | undefined;
}

/** A proxy adds one; more than this is no chain that anybody has built. */
const HOPS_LIMIT = 32;
const WITH_PORT = /^(?:\[(?<six>[^\]]+)\]|(?<four>[0-9.]+))(?::[0-9]{1,5})?$/;
/** One parameter of RFC 7239 whose name is `for`, its value quoted or not. */
const FOR = /(?:^|;)\s*for=(?:"(?<quoted>[^"\\]*)"|(?<plain>[^;"\s]*))\s*(?=;|$)/i;

export function createClientAddresses(proxies: TrustedProxiesConfig | undefined): ClientAddresses {
  const ranges = (proxies?.cidrs ?? []).flatMap((text) => parseRange(text) ?? []);
  const holdsAddress = (address: Address | undefined): boolean =>
    address !== undefined && ranges.some((range) => holds(range, address));
  return {
    isTrusted: (peer) => holdsAddress(parseAddress(peer)),
    addressOf: (incoming) => {
      const peer = incoming.socket.remoteAddress ?? "";
      if (proxies === undefined || !holdsAddress(parseAddress(peer))) return undefined;
      let believed: string | undefined;
      for (const hop of hopsOf(incoming, proxies.header)) {
        const address = parseAddress(hop);
        // What cannot be read (`unknown`, a name of the proxy's own) is counted as the proxy that wrote it.
        if (address === undefined) return believed ?? peer;
        believed = hop;
        if (!holdsAddress(address)) return hop;
      }
      return undefined;
    },
  };
}

/** From the nearest to the farthest; Node joins several headers by commas, in their order. */
function hopsOf({ headers }: IncomingMessage, header: TrustedProxiesConfig["header"]): string[] {
  const written = headers[header];
  const text = typeof written === "string" ? written : "";
  if (text === "") return [];
  const hops = text.split(",").slice(-HOPS_LIMIT).toReversed();
  return hops.map((hop) => withoutPort((header === "forwarded" ? forOf(hop) : hop).trim()));
}

function forOf(hop: string): string {
  const { quoted, plain } = FOR.exec(hop)?.groups ?? {};
  return quoted ?? plain ?? "";
}

function withoutPort(text: string): string {
  const { six, four } = WITH_PORT.exec(text)?.groups ?? {};
  return six ?? four ?? text;
}
