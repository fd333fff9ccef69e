/**
 * What the evaluator knows of a cluster: namespaces, ends of connections, and policies in their stored meaning.
 *
 * Shapes, and the one reading of a NetworkPolicy object into them.
 */
import { parseAddress, parseRange, subtract, type Address, type Interval } from "../address.ts";
import { type KubernetesObject, type Labels, type Path, type Place } from "../object.ts";
import { selectorOf, type Selector } from "../selector.ts";
import { fieldsOf, isFields, listOf, textOf, type Fields } from "../value.ts";
import { storedSpec } from "./defaulting.ts";

export const PROTOCOLS = ["TCP", "UDP", "SCTP"] as const;
export type Protocol = (typeof PROTOCOLS)[number];
export const DIRECTIONS = ["Egress", "Ingress"] as const;
export type Direction = (typeof DIRECTIONS)[number];

export interface NamedPort {
  readonly name: string;
  readonly number: number;
  readonly protocol: Protocol;
}

/** A pod, or one that might be created. */
export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  readonly ports: readonly NamedPort[];
  /** Empty when not known: it then has any address that pods may have. */
  readonly addresses: readonly Address[];
  /** On its node's network: policies neither bind nor select it. */
  readonly isHostNetwork: boolean;
  /** Nobody declared it; whoever may create pods in the namespace could. */
  readonly isHypothetical: boolean;
  readonly place?: Place;
}

/** An address outside the cluster. No policy binds it. */
export interface Outside {
  readonly name: string;
  readonly address: Address;
}

export type End = Pod | Outside;

export function isPod(end: End): end is Pod {
  return "namespace" in end;
}

export function endName(end: End): string {
  return isPod(end) ? `${end.namespace}/${end.name}` : end.name;
}

export interface Namespace {
  readonly name: string;
  /** With `kubernetes.io/metadata.name`. */
  readonly labels: Labels;
  /** Only policies speak of it. */
  readonly isAssumed: boolean;
  readonly place?: Place;
}

export type Peer =
  | { readonly kind: "block"; readonly text: string; readonly intervals: readonly Interval[]; readonly place: Place }
  | {
      readonly kind: "pods";
      /** `undefined`: the policy's own namespace. */
      readonly namespaces: Selector | undefined;
      readonly pods: Selector;
      readonly place: Place;
    };

export interface PolicyPort {
  readonly protocol: Protocol;
  /** `undefined`: every port of the protocol. A name is resolved at the destination. */
  readonly port: { readonly first: number; readonly last: number } | string | undefined;
}

export interface Rule {
  readonly policy: Policy;
  readonly direction: Direction;
  readonly index: number;
  /** Empty: anybody, outside the cluster too. */
  readonly peers: readonly Peer[];
  /** Empty: every port of every protocol. */
  readonly ports: readonly PolicyPort[];
  readonly place: Place;
}

export interface Policy {
  readonly namespace: string;
  readonly name: string;
  readonly pods: Selector;
  readonly directions: ReadonlySet<Direction>;
  readonly rules: Readonly<Record<Direction, readonly Rule[]>>;
  readonly place: Place;
}

export interface Cluster {
  readonly namespaces: ReadonlyMap<string, Namespace>;
  readonly pods: readonly Pod[];
  readonly policies: readonly Policy[];
  /** Where pods and nodes may have their addresses, for those whose address is not known. */
  readonly podRanges: readonly Interval[];
}

export const NAMESPACE_NAME = "kubernetes.io/metadata.name";

/** Private ranges (RFC 1918, 6598, 4193): where clusters take the addresses of pods and nodes from. */
export const PRIVATE_RANGES: readonly Interval[] = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "fc00::/7",
].flatMap((text) => parseRange(text) ?? []);

export function namespaceOf(name: string, labels: Labels = {}, more: Partial<Namespace> = {}): Namespace {
  return { name, labels: { ...labels, [NAMESPACE_NAME]: name }, isAssumed: false, ...more };
}

export function podOf(namespace: string, name: string, more: Partial<Omit<Pod, "namespace" | "name">> = {}): Pod {
  return {
    namespace,
    name,
    labels: {},
    ports: [],
    addresses: [],
    isHostNetwork: false,
    isHypothetical: false,
    ...more,
  };
}

/** @throws RangeError when the text is no address: a mistake of the caller, not of the input. */
export function outsideOf(name: string, text: string = name): Outside {
  const address = parseAddress(text);
  if (address === undefined) throw new RangeError("not an address");
  return { name, address };
}

export function policyOf(object: KubernetesObject): Policy {
  const spec = storedSpec(object.value["spec"]);
  const rules: Record<Direction, Rule[]> = { Egress: [], Ingress: [] };
  const policy: Policy = {
    namespace: object.namespace,
    name: object.name,
    pods: selectorOf(spec["podSelector"]),
    directions: new Set(DIRECTIONS.filter((direction) => listOf(spec["policyTypes"]).includes(direction))),
    rules,
    place: object.placeOf([]),
  };
  for (const direction of DIRECTIONS) rules[direction].push(...rulesOf({ object, policy, spec, direction }));
  return policy;
}

interface RuleSource {
  readonly object: KubernetesObject;
  readonly policy: Policy;
  readonly spec: Fields;
  readonly direction: Direction;
}

function rulesOf({ object, policy, spec, direction }: RuleSource): Rule[] {
  const [list, side] = direction === "Egress" ? ["egress", "to"] : ["ingress", "from"];
  return listOf(spec[list]).map((value, index) => {
    const rule = fieldsOf(value);
    const path: Path = ["spec", list, index];
    return {
      policy,
      direction,
      index,
      peers: listOf(rule[side]).map((peer, at) => peerOf(fieldsOf(peer), object.placeOf([...path, side, at]))),
      ports: listOf(rule["ports"]).map((port) => portOf(fieldsOf(port))),
      place: object.placeOf(path),
    };
  });
}

function peerOf(peer: Fields, place: Place): Peer {
  if (isFields(peer["ipBlock"])) {
    const { cidr, except } = peer["ipBlock"];
    const range = parseRange(textOf(cidr));
    const holes = listOf(except).flatMap((hole) => parseRange(textOf(hole)) ?? []);
    return { kind: "block", text: textOf(cidr), intervals: range === undefined ? [] : subtract(range, holes), place };
  }
  const namespaces = peer["namespaceSelector"];
  return {
    kind: "pods",
    namespaces: namespaces === undefined ? undefined : selectorOf(namespaces),
    pods: selectorOf(peer["podSelector"]),
    place,
  };
}

function portOf({ protocol, port, endPort }: Fields): PolicyPort {
  const spoken = PROTOCOLS.find((known) => known === protocol) ?? "TCP";
  if (typeof port === "number") {
    return { protocol: spoken, port: { first: port, last: typeof endPort === "number" ? endPort : port } };
  }
  return { protocol: spoken, port: typeof port === "string" ? port : undefined };
}

export function rulesOfPolicies(policies: readonly Policy[]): Rule[] {
  return policies.flatMap(({ rules }) => DIRECTIONS.flatMap((direction) => rules[direction]));
}

export function addressesOf(values: readonly unknown[]): Address[] {
  return values.flatMap((value) => parseAddress(textOf(value)) ?? []);
}
