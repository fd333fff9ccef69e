/**
 * Our own checks of network policies: what an API server accepts and what is still wrong.
 *
 * Owns one function a check; each returns one line a finding. Never decides who may reach whom.
 */
import ipaddr from "ipaddr.js";
import {
  isSelected,
  ofKind,
  type KubernetesObject,
  type Labels,
  type LabelSelector,
  type NetworkPolicy,
  type PolicyPeer,
  type PolicyPort,
  type PolicyRule,
} from "./kubernetes-objects.ts";

export interface ManifestSet {
  readonly objects: readonly KubernetesObject[];
  /** Labels of namespaces that the cluster or another team brings. */
  readonly foreignNamespaces: readonly Labels[];
}

export type ManifestCheck = (set: ManifestSet) => string[];

interface Direction {
  readonly type: "Ingress" | "Egress";
  readonly rules: readonly (PolicyRule | null)[];
}

interface Peer {
  readonly policy: NetworkPolicy;
  readonly direction: Direction["type"];
  readonly peer: PolicyPeer;
}

interface Port {
  readonly policy: NetworkPolicy;
  readonly direction: Direction["type"];
  readonly port: PolicyPort;
  readonly peers: readonly PolicyPeer[];
}

/** Addresses that no upstream has: everything private, shared or link-local, the metadata address included. */
const INSIDE_RANGES = ["private", "uniqueLocal", "linkLocal", "loopback", "carrierGradeNat", "unspecified"];
const METADATA_ADDRESS = "169.254.169.254";
const SHORTEST_PREFIX = { ipv4: 16, ipv6: 48 };
const NAMESPACE_NAME = "kubernetes.io/metadata.name";

export const POLICY_CHECKS = {
  /** An absent list means Ingress only, whatever else the policy says. */
  "implicit-types": ({ objects }) =>
    policiesWhere(objects, (policy) => (policy.spec?.policyTypes ?? []).length === 0, "names no policyTypes"),
  /** Rules of a direction that is not listed do nothing. */
  "inert-rules": ({ objects }) =>
    policiesWhere(
      objects,
      (policy) =>
        directions(policy).some(({ type, rules }) => rules.length > 0 && !policy.spec?.policyTypes?.includes(type)),
      "has rules of a direction that it does not list",
    ),
  /** `{}`, null and empty lists match everyone and everything. */
  "opens-all": ({ objects }) =>
    policiesWhere(
      objects,
      (policy) => directions(policy).some(({ rules }) => rules.some(opensAll)),
      "has a rule without peers or ports",
    ),
  /** Two items are OR: a namespace-only item admits every pod in it, a pod-only item crosses no namespace. */
  "and-or": ({ objects }) =>
    peersOf(objects)
      .filter(({ peer }) => peer.ipBlock === undefined)
      .filter(({ peer }) => isEmptySelector(peer.namespaceSelector) || isEmptySelector(peer.podSelector))
      .map(({ policy }) => `${nameOf(policy)} has a peer without both selectors`),
  "port-any": ({ objects }) =>
    portsOf(objects)
      .filter(({ port }) => !Number.isInteger(port.port) || port.protocol === undefined || port.endPort !== undefined)
      .map(({ policy }) => `${nameOf(policy)} has a port that is not one number with a protocol`),
  "wide-cidr": ({ objects }) =>
    peersOf(objects).flatMap(({ policy, peer, direction }) => {
      if (peer.ipBlock === undefined) return [];
      if (direction === "Ingress") return [`${nameOf(policy)} admits addresses instead of pods`];
      return isNarrowOutsideRange(peer.ipBlock.cidr) ? [] : [`${nameOf(policy)} opens ${peer.ipBlock.cidr}`];
    }),
  /** A selector that matches nothing is a flow that is silently closed. */
  dangling: (set) => peersOf(set.objects).flatMap(({ policy, peer }) => danglingPeer(set, policy, peer)),
  "no-default-deny": ({ objects }) =>
    ofKind(objects, "Namespace")
      .filter((namespace) => !ofKind(objects, "NetworkPolicy").some((policy) => deniesAll(policy, namespace)))
      .map((namespace) => `namespace ${namespace.metadata.name} does not deny by default`),
  /** Policies see container ports, after Service translation. */
  "unserved-port": ({ objects }) => {
    const served = new Set(
      ofKind(objects, "Deployment")
        .flatMap((deployment) => deployment.spec.template.spec.containers)
        .flatMap((container) => container.ports ?? [])
        .map((port) => port.containerPort),
    );
    return portsOf(objects)
      .filter(({ direction, peers }) => direction === "Ingress" || peers.some((peer) => isOurs(peer, objects)))
      .filter(({ port }) => !served.has(Number(port.port)))
      .map(({ policy, port }) => `${nameOf(policy)} opens port ${String(port.port)}, which no container has`);
  },
} satisfies Record<string, ManifestCheck>;

export function nameOf(object: KubernetesObject): string {
  return `${object.metadata.namespace ?? ""}/${object.metadata.name}`;
}

export function directions(policy: NetworkPolicy): Direction[] {
  return [
    { type: "Ingress", rules: policy.spec?.ingress ?? [] },
    { type: "Egress", rules: policy.spec?.egress ?? [] },
  ];
}

function policiesWhere(
  objects: readonly KubernetesObject[],
  isWrong: (policy: NetworkPolicy) => boolean,
  finding: string,
): string[] {
  return ofKind(objects, "NetworkPolicy")
    .filter(isWrong)
    .map((policy) => `${nameOf(policy)} ${finding}`);
}

function opensAll(rule: PolicyRule | null): boolean {
  const peers = rule?.from ?? rule?.to ?? [];
  return peers.length === 0 || (rule?.ports ?? []).length === 0;
}

function peersOf(objects: readonly KubernetesObject[]): Peer[] {
  return ofKind(objects, "NetworkPolicy").flatMap((policy) =>
    directions(policy).flatMap(({ type, rules }) =>
      rules.flatMap((rule) =>
        [...(rule?.from ?? []), ...(rule?.to ?? [])].map((peer) => ({ policy, direction: type, peer })),
      ),
    ),
  );
}

function portsOf(objects: readonly KubernetesObject[]): Port[] {
  return ofKind(objects, "NetworkPolicy").flatMap((policy) =>
    directions(policy).flatMap(({ type, rules }) =>
      rules.flatMap((rule) =>
        (rule?.ports ?? []).map((port) => ({
          policy,
          direction: type,
          port,
          peers: [...(rule?.from ?? []), ...(rule?.to ?? [])],
        })),
      ),
    ),
  );
}

function isEmptySelector(selector: LabelSelector | undefined): boolean {
  return Object.keys(selector?.matchLabels ?? {}).length === 0;
}

function namespaceLabels(namespace: KubernetesObject): Labels {
  return { ...namespace.metadata.labels, [NAMESPACE_NAME]: namespace.metadata.name };
}

function isOurs(peer: PolicyPeer, objects: readonly KubernetesObject[]): boolean {
  const workloadNamespaces = new Set(ofKind(objects, "Deployment").map((deployment) => deployment.metadata.namespace));
  return ofKind(objects, "Namespace")
    .filter((namespace) => workloadNamespaces.has(namespace.metadata.name))
    .some(
      (namespace) =>
        !isEmptySelector(peer.namespaceSelector) && isSelected(peer.namespaceSelector, namespaceLabels(namespace)),
    );
}

function danglingPeer(set: ManifestSet, policy: NetworkPolicy, peer: PolicyPeer): string[] {
  if (peer.ipBlock !== undefined) return [];
  const namespaces = [...ofKind(set.objects, "Namespace").map(namespaceLabels), ...set.foreignNamespaces];
  if (!namespaces.some((labels) => isSelected(peer.namespaceSelector, labels))) {
    return [`${nameOf(policy)} names a namespace that is not there`];
  }
  const pods = ofKind(set.objects, "Deployment").map((deployment) => deployment.spec.template.metadata.labels ?? {});
  if (isOurs(peer, set.objects) && !pods.some((labels) => isSelected(peer.podSelector, labels))) {
    return [`${nameOf(policy)} names a pod that is not there`];
  }
  return [];
}

function deniesAll(policy: NetworkPolicy, namespace: KubernetesObject): boolean {
  const types = policy.spec?.policyTypes ?? [];
  return (
    policy.metadata.namespace === namespace.metadata.name &&
    isEmptySelector(policy.spec?.podSelector) &&
    types.includes("Ingress") &&
    types.includes("Egress") &&
    directions(policy).every(({ rules }) => rules.length === 0)
  );
}

function isNarrowOutsideRange(cidr: string): boolean {
  if (!ipaddr.isValidCIDR(cidr)) return false;
  const [address, prefix] = ipaddr.parseCIDR(cidr);
  const first =
    address.kind() === "ipv4" ? ipaddr.IPv4.networkAddressFromCIDR(cidr) : ipaddr.IPv6.networkAddressFromCIDR(cidr);
  const holdsMetadata = address.kind() === "ipv4" && ipaddr.parse(METADATA_ADDRESS).match(address, prefix);
  const hasHostBits = first.toString() !== address.toString();
  return (
    prefix >= SHORTEST_PREFIX[address.kind()] &&
    !INSIDE_RANGES.includes(address.range()) &&
    !holdsMetadata &&
    !hasHostBits
  );
}
