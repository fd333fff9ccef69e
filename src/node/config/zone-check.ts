/**
 * What is wrong with zones, brokers and upstreams that no single key shows.
 *
 * Owns the sentences. They quote names and ranges out of the list of destinations, nothing else of the file.
 */
import { hasHostBits, holdsRange, parseAddress, parseRange, type Range } from "../../server/network/cidr.ts";
import { LISTENERS } from "../../server/config/config.ts";
import { destinationOf, Egress, overlapsRefused } from "../../server/network/egress.ts";
import type { FileConfig } from "./schema.ts";

export interface Fault {
  readonly path: readonly PropertyKey[];
  readonly text: string;
}

type Upstream = NonNullable<FileConfig["upstreams"]>[number];

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i;
export const RANGE_TEXT = "write a range such as 198.51.100.0/25 or 2001:db8::/48; one address ends in /32 or /128";

export function checkZones(config: FileConfig): Fault[] {
  return [
    ...LISTENERS.flatMap((name) => checkComer(config, name)),
    ...checkBrokers(config.brokers ?? []),
    ...checkUpstreams(config.upstreams ?? []),
    ...checkDialled(config),
  ];
}

/** The destination of every relay, remote detector and every set of keys has to be one of the list, where there is one. */
function checkDialled({ relays, auth, upstreams, remoteDetectors = {} }: FileConfig): Fault[] {
  if (upstreams === undefined) return [];
  const egress = new Egress(upstreams);
  const dialled = [
    ...Object.entries(relays).map(([name, { url }]) => ({ path: ["relays", name, "url"], url })),
    ...Object.entries(remoteDetectors).map(([name, { url }]) => ({ path: ["remoteDetectors", name, "url"], url })),
    ...(auth?.issuers ?? []).map(({ jwksUrl }, index) => ({
      path: ["auth", "issuers", index, "jwksUrl"],
      url: jwksUrl,
    })),
  ];
  return dialled.flatMap(({ path, url }) => {
    if (url === undefined || !URL.canParse(url)) return [];
    const isListed = egress.admits(destinationOf(new URL(url)));
    return isListed ? [] : [{ path, text: "is none of `upstreams`; add its host and port there" }];
  });
}

function checkComer({ listeners }: FileConfig, name: (typeof LISTENERS)[number]): Fault[] {
  const { from } = listeners[name];
  if (from === undefined) return [];
  const path = ["listeners", name, "from"];
  if (from.role === undefined && Object.keys(from.labels ?? {}).length === 0)
    return [{ path, text: "would let in every pod; write `role` or `labels`" }];
  return name === "admin" && from.namespace === undefined
    ? [{ path, text: "needs `namespace`: zones are for producers and subscribers, and pods alone can be forged" }]
    : [];
}

function checkBrokers(brokers: NonNullable<FileConfig["brokers"]>): Fault[] {
  return brokers.flatMap((broker, index) => {
    const earlier = brokers.slice(0, index);
    const path = ["brokers", index];
    if (earlier.some(({ name }) => name === broker.name)) return [{ path: [...path, "name"], text: "stands twice" }];
    const isSame = earlier.some(
      ({ zone, role, listenPort }) => zone === broker.zone && role === broker.role && listenPort === broker.listenPort,
    );
    return isSame
      ? [{ path, text: "has zone, role and port of another: no policy could tell them apart; change one" }]
      : [];
  });
}

function checkUpstreams(upstreams: readonly Upstream[]): Fault[] {
  return upstreams.flatMap((upstream, index) => {
    const path = ["upstreams", index];
    const earlier = upstreams.slice(0, index);
    const isTwice = earlier.some(({ name }) => name === upstream.name);
    return [
      ...(isTwice ? [{ path: [...path, "name"], text: "stands twice" }] : []),
      ...checkHost(upstream).map((text) => ({ path: [...path, "host"], text })),
      ...checkRanges(upstream, "cidrs").map((fault) => ({ ...fault, path: [...path, ...fault.path] })),
      ...checkRanges(upstream, "except").map((fault) => ({ ...fault, path: [...path, ...fault.path] })),
    ];
  });
}

function checkHost({ host }: Upstream): string[] {
  const address = parseAddress(host);
  if (address !== undefined) {
    return overlapsRefused({ ...address, prefix: address.bits })
      ? ["is an address of the node or of the cloud's metadata, which is never dialled"]
      : [];
  }
  return HOST_NAME.test(host) ? [] : ["write a host name or an address, without scheme, port and path"];
}

function checkRanges(upstream: Upstream, key: "cidrs" | "except"): Fault[] {
  const other = upstream[key === "cidrs" ? "except" : "cidrs"].flatMap((text) => parseRange(text) ?? []);
  return upstream[key].flatMap((text, index) => {
    const range = parseRange(text);
    const fault = range === undefined ? RANGE_TEXT : faultOf(range, key, other);
    return fault === undefined ? [] : [{ path: [key, index], text: fault }];
  });
}

function faultOf(range: Range, key: "cidrs" | "except", other: readonly Range[]): string | undefined {
  if (range.prefix === 0) return "is every address there is; write the ranges of the upstream";
  if (hasHostBits(range)) return "has bits behind its prefix; write the first address of the range";
  if (key === "except") {
    const isInside = other.some((one) => one.prefix < range.prefix && holdsRange(one, range));
    const isNamedThere = other.some((one) => holdsRange(range, one));
    return isInside || isNamedThere
      ? undefined
      : "lies inside none of `cidrs`, as a part of it; remove it, or widen those";
  }
  if (overlapsRefused(range))
    return "holds addresses of nodes, of groups or of the cloud's metadata (169.254.169.254), which are never dialled; write narrower ranges";
  // To a policy a range stands for itself, whatever another one leaves out.
  return other.some((one) => holdsRange(one, range)) ? "lies inside of `except`; remove one of the two" : undefined;
}
