/**
 * What the server may dial: the list of `upstreams`, as hosts and ports, and as addresses once a name is resolved.
 *
 * Owns the verdict; the network policies of `maskwire manifests` are made of the same list and hold when the process is
 * taken over. Never resolves a name or opens a socket: a host that can look at addresses asks `admitsAddress`.
 */
import { StreamError } from "../../core/index.ts";
import { holds, parseAddress, parseRange, type Address, type Range } from "./cidr.ts";
import type { UpstreamConfig } from "../config/config.ts";

export interface Destination {
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
}

interface Rule extends Destination {
  /** Empty: any address that is not refused always. */
  readonly ranges: readonly Range[];
  readonly except: readonly Range[];
  readonly caFile: string | undefined;
}

/** Of the node and of the cloud's metadata, never of an upstream, whatever a name resolves to. */
const REFUSED_RANGES = [
  "0.0.0.0/8",
  "100.100.100.200/32",
  "169.254.0.0/16",
  "224.0.0.0/4",
  "255.255.255.255/32",
  "::/128",
  "fd00:ec2::254/128",
  "fe80::/10",
  "ff00::/8",
].flatMap((text) => parseRange(text) ?? []);
const LOOPBACK_RANGES = ["127.0.0.0/8", "::1/128"].flatMap((text) => parseRange(text) ?? []);
const DEFAULT_PORTS: Readonly<Record<string, number>> = { "https:": 443, "http:": 80, "wss:": 443, "ws:": 80 };

export class Egress {
  /** Undefined: the configuration lists no upstreams, so only addresses that are refused always are refused. */
  readonly #rules: readonly Rule[] | undefined;

  constructor(upstreams: readonly UpstreamConfig[] | undefined) {
    this.#rules = upstreams?.map(({ host, port, cidrs, except, caFile }) => ({
      host: normalHost(host),
      port,
      ranges: cidrs.flatMap((text) => parseRange(text) ?? []),
      except: except.flatMap((text) => parseRange(text) ?? []),
      caFile,
    }));
  }

  /** Before a name is resolved. Of an address as host, all that there is to say. */
  admits({ host, port }: Destination): boolean {
    const address = parseAddress(host);
    if (address !== undefined) return this.admitsAddress({ host, port }, host);
    return this.#rules === undefined || this.#rulesFor({ host, port }).length > 0;
  }

  /** After a name is resolved: may this host be reached at this address? */
  admitsAddress(destination: Destination, text: string): boolean {
    const address = parseAddress(text);
    if (address === undefined || isRefused(destination, address)) return false;
    if (this.#rules === undefined) return true;
    return this.#rulesFor(destination).some(
      ({ ranges, except }) =>
        (ranges.length === 0 || ranges.some((range) => holds(range, address))) &&
        !except.some((range) => holds(range, address)),
    );
  }

  /** A file of the certificates that this destination's has to be signed with; undefined: the system's. */
  caFileOf(destination: Destination): string | undefined {
    return this.#rulesFor(destination).find(({ caFile }) => caFile !== undefined)?.caFile;
  }

  #rulesFor({ host, port }: Destination): readonly Rule[] {
    return (this.#rules ?? []).filter((rule) => rule.host === normalHost(host) && rule.port === port);
  }
}

/** Where a URL leads. */
export function destinationOf(url: URL): Destination {
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? (DEFAULT_PORTS[url.protocol] ?? 0) : Number(url.port),
  };
}

/** Asks the list before every request; redirects are requests. Throws StreamError `EGRESS_REFUSED`. */
export function guardFetch(fetchPort: typeof fetch, egress: Egress): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (!egress.admits(destinationOf(url))) throw new StreamError("EGRESS_REFUSED");
    return await fetchPort(input, init);
  };
}

/** True for ranges that hold an address which is refused always. */
export function overlapsRefused(range: Range): boolean {
  return REFUSED_RANGES.some((refused) => holds(range, refused) || holds(refused, range));
}

/** The process's own addresses count only where the configuration says so by the host itself. */
function isRefused({ host }: Destination, address: Address): boolean {
  if (REFUSED_RANGES.some((range) => holds(range, address))) return true;
  if (!LOOPBACK_RANGES.some((range) => holds(range, address))) return false;
  return normalHost(host) !== "localhost" && parseAddress(host) === undefined;
}

function normalHost(host: string): string {
  return host.toLowerCase().replace(/\.$/, "");
}
