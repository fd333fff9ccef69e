/**
 * The product's evaluator over the hosts of the packet tests.
 *
 * Owns the translation of shapes. The compiler to nftables beside it reads the same policies with code of its own.
 */
import {
  createEvaluator,
  kubernetesObject,
  namespaceOf,
  outsideOf,
  parseAddress,
  podOf,
  policyOf,
  PRIVATE_RANGES,
  type End,
} from "../../src/kubernetes/index.ts";
import type { Cluster, Host, NamedPort } from "./cluster.ts";
import type { Cell } from "./matrix.ts";

/** Says of a cell whether the connection may be opened. */
export function evaluatorOf(cluster: Cluster): (cell: Cell) => boolean {
  const ends = new Map<Host, End>(cluster.hosts.map((host) => [host, endOf(host)]));
  const places = new Set([
    ...Object.keys(cluster.namespaces),
    ...cluster.hosts.flatMap(({ pod }) => (pod === undefined ? [] : [pod.namespace])),
  ]);
  const { allowed } = createEvaluator({
    namespaces: new Map([...places].map((name) => [name, namespaceOf(name, cluster.namespaces[name])])),
    pods: [...ends.values()].filter((end) => "namespace" in end),
    policies: cluster.policies.map((policy) => policyOf(kubernetesObject(policy))),
    podRanges: PRIVATE_RANGES,
  });
  return ({ from, to, port }) =>
    allowed({ from: ends.get(from) ?? endOf(from), to: ends.get(to) ?? endOf(to), port, protocol: "TCP" }).allow;
}

function endOf({ name, address, pod }: Host): End {
  if (pod === undefined) return outsideOf(name, address);
  const parsed = parseAddress(address);
  return podOf(pod.namespace, name.slice(pod.namespace.length + 1), {
    labels: pod.labels,
    addresses: parsed === undefined ? [] : [parsed],
    ports: pod.ports.map(portOf),
  });
}

function portOf({ name = "", containerPort, protocol }: NamedPort) {
  return {
    name,
    number: containerPort,
    protocol: protocol === "UDP" || protocol === "SCTP" ? protocol : "TCP",
  } as const;
}
