/** Ends of connections as a person names them on a command line. */
import {
  outsideOf,
  parseAddress,
  podOf,
  PROTOCOLS,
  type Cluster,
  type Conduit,
  type End,
  type Protocol,
  type Selector,
  NAMESPACE_NAME,
  portSet,
} from "../../kubernetes/index.ts";

export interface Target {
  readonly place: string;
  readonly port: number;
  readonly protocol: Protocol;
}

const TARGET = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})(?:\/(tcp|udp|sctp))?$/i;
const LABELS = /^[^=,]+=[^=,]*(?:,[^=,]+=[^=,]*)*$/;

/** `place:port`, `place:port/udp`, `[2001:db8::1]:port`. */
export function parseTarget(text: string): Target | undefined {
  const [, address, place, digits, protocolText = "TCP"] = TARGET.exec(text) ?? [];
  const port = Number(digits);
  const protocol = PROTOCOLS.find((one) => one === protocolText.toUpperCase());
  if (digits === undefined || protocol === undefined || port < 1 || port > 65_535) return undefined;
  return { place: address ?? place ?? "", port, protocol };
}

/** A workload, a pod that might be started in a namespace, or an address. */
export function placeIn(cluster: Cluster, place: string): End | undefined {
  if (parseAddress(place) !== undefined) return outsideOf(place);
  const known = cluster.pods.find(({ namespace, name }) => `${namespace}/${name}` === place);
  if (known !== undefined) return known;
  const [namespace = "", ...rest] = place.split("/");
  const labels = rest.join("/");
  if (!cluster.namespaces.has(namespace) || !LABELS.test(labels)) return undefined;
  return podOf(namespace, labels, { labels: Object.fromEntries(pairsOf(labels)), isHypothetical: true });
}

function pairsOf(labels: string): [string, string][] {
  return labels.split(",").map((pair) => {
    const at = pair.indexOf("=");
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
}

const CONDUIT = /^([a-z0-9-]+)\/([^:]+):(\d{1,5})=(.*\S.*)$/;

/** `namespace/key=value,...:port=reason`. */
export function parseConduit(text: string): Conduit | undefined {
  const [, namespace = "", labels = "", digits, reason = ""] = CONDUIT.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || !LABELS.test(labels) || port < 1 || port > 65_535) return undefined;
  const equals = ([key, value]: readonly [string, string]): Selector => [{ key, operator: "In", values: [value] }];
  return {
    name: `${namespace}/${labels}:${port}`,
    reason: reason.trim(),
    to: { namespaces: equals([NAMESPACE_NAME, namespace]), pods: pairsOf(labels).flatMap(equals) },
    ports: portSet("TCP", [{ first: port, last: port }]),
  };
}
