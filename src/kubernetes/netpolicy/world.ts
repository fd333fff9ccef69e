/**
 * The open world: the cluster as given, and what may be added to it tomorrow.
 *
 * Owns hypothetical pods, assumed namespaces and the addresses outside that tell ranges apart. Whoever may create pods
 * can write any pod label; labels of namespaces they cannot.
 */
import { BITS, formatAddress, holds, pointOf, type Address, type Family, type Interval } from "../address.ts";
import { describeSelector, isSelected, witnessOf, type Selector } from "../selector.ts";
import type { Labels } from "../object.ts";
import {
  NAMESPACE_NAME,
  namespaceOf,
  podOf,
  PROTOCOLS,
  rulesOfPolicies,
  type Cluster,
  type NamedPort,
  type Namespace,
  type Outside,
  type Peer,
  type Pod,
} from "./model.ts";
import { ROLE_LABEL, ZONE_LABEL } from "./plan.ts";

export interface World extends Cluster {
  readonly outside: readonly Outside[];
}

/** Two labels are combined only where this many selectors speak of a namespace's pods: pairs grow as its square. */
export const PAIRS_LIMIT = 48;

/** Ranges that are told apart besides those of policies. */
export type Marks = readonly (readonly Interval[])[];

/** The cluster with its outside, and nothing that is not given. */
export function closedWorld(cluster: Cluster, marks: Marks = []): World {
  return { ...cluster, outside: outsideOf(cluster, marks) };
}

/** Also with one more namespace, those that policies speak of, and in each a pod for every label that matters. */
export function openWorld(cluster: Cluster, marks: Marks = []): World {
  const namespaces = new Map(cluster.namespaces);
  for (const assumed of assumedNamespaces(cluster)) namespaces.set(assumed.name, assumed);
  const ports = namedPorts(cluster);
  const pods = [...namespaces.values()].flatMap((namespace) => hypotheticalPods(cluster, namespace, ports));
  return { ...cluster, namespaces, pods: [...cluster.pods, ...pods], outside: outsideOf(cluster, marks) };
}

type PodsPeer = Extract<Peer, { kind: "pods" }>;

function podPeers(cluster: Cluster): { readonly peer: PodsPeer; readonly home: string }[] {
  return rulesOfPolicies(cluster.policies).flatMap(({ peers, policy }) =>
    peers.flatMap((peer) => (peer.kind === "pods" ? [{ peer, home: policy.namespace }] : [])),
  );
}

/** One that nothing is known of, and one for each selector that no given namespace meets. */
function assumedNamespaces(cluster: Cluster): Namespace[] {
  const given = [...cluster.namespaces.values()];
  const found = new Map<string, Namespace>();
  const add = (name: string, labels: Labels): void => {
    found.set(name, namespaceOf(name, labels, { isAssumed: true }));
  };
  add("(another namespace)", {});
  for (const { peer } of podPeers(cluster)) {
    const { namespaces: selector } = peer;
    if (selector === undefined || given.some(({ labels }) => isSelected(selector, labels))) continue;
    const labels = witnessOf(selector);
    if (labels === undefined) continue;
    add(labels[NAMESPACE_NAME] ?? `(a namespace with ${describeSelector(selector)})`, labels);
  }
  return [...found.values()];
}

/** Whoever makes a pod gives its ports the names that they like. */
function namedPorts(cluster: Cluster): NamedPort[] {
  const names = new Set(
    rulesOfPolicies(cluster.policies).flatMap(({ ports }) =>
      ports.flatMap(({ port }) => (typeof port === "string" ? [port] : [])),
    ),
  );
  return [...names].flatMap((name, index) => PROTOCOLS.map((protocol) => ({ name, number: 20_000 + index, protocol })));
}

function hypotheticalPods(cluster: Cluster, namespace: Namespace, ports: readonly NamedPort[]): Pod[] {
  const selectors = selectorsFor(cluster, namespace);
  const singles = selectors.map((selector) => witnessOf(selector));
  const pairs =
    selectors.length > PAIRS_LIMIT
      ? []
      : singles.flatMap((base) => (base === undefined ? [] : selectors.map((selector) => witnessOf(selector, base))));
  const roles = ["producer", "subscriber"].map((role) => ({ [ROLE_LABEL]: role }));
  const pods = new Map<string, Pod>();
  for (const labels of [{}, ...(Object.hasOwn(namespace.labels, ZONE_LABEL) ? roles : []), ...singles, ...pairs]) {
    if (labels === undefined) continue;
    // Pods that the same selectors choose are one and the same to every policy.
    const signature = selectors.map((selector) => (isSelected(selector, labels) ? "1" : "0")).join("");
    if (!pods.has(signature)) {
      const name = `(any pod ${describeLabels(labels)})`;
      pods.set(signature, podOf(namespace.name, name, { labels, ports, isHypothetical: true }));
    }
  }
  return [...pods.values()];
}

/** Everything that tells pods of this namespace apart. */
function selectorsFor(cluster: Cluster, { name, labels }: Namespace): Selector[] {
  const own = cluster.policies.filter(({ namespace }) => namespace === name).map(({ pods }) => pods);
  const peers = podPeers(cluster)
    .filter(({ peer, home }) => (peer.namespaces === undefined ? home === name : isSelected(peer.namespaces, labels)))
    .map(({ peer }) => peer.pods);
  const distinct = new Map([...own, ...peers].map((selector) => [JSON.stringify(selector), selector]));
  return [...distinct.values()];
}

function describeLabels(labels: Labels): string {
  const texts = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return texts.length === 0 ? "without labels" : `with ${texts.join(",")}`;
}

/** An address of each kind that some range tells from another: both ends of every range, and their neighbours. */
function outsideOf(cluster: Cluster, marks: Marks): Outside[] {
  const blocks = [
    ...marks,
    ...rulesOfPolicies(cluster.policies).flatMap(({ peers }) =>
      peers.flatMap((peer) => (peer.kind === "block" ? [peer.intervals] : [])),
    ),
  ];
  const families: readonly Family[] = [4, 6];
  const ends = families.flatMap((family): Address[] => [
    { family, value: (1n << BigInt(BITS[family] - 1)) + 1n },
    { family, value: 0n },
    { family, value: (1n << BigInt(BITS[family])) - 1n },
  ]);
  const bounds = blocks
    .flat()
    .flatMap(({ family, first, last }): Address[] =>
      [first - 1n, first, last, last + 1n].map((value) => ({ family, value })),
    );
  const found = new Map<string, Outside>();
  for (const address of [...ends, ...bounds]) {
    if (address.value < 0n || address.value >> BigInt(BITS[address.family]) !== 0n) continue;
    const point = pointOf(address);
    const inside = blocks.map((intervals) => (intervals.some((one) => holds(one, point)) ? "1" : "0")).join("");
    const signature = `${address.family}:${inside}`;
    if (!found.has(signature)) found.set(signature, { name: formatAddress(address), address });
  }
  return [...found.values()];
}
