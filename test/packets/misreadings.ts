/**
 * Evaluators that are wrong in one thing: whether packets would tell.
 *
 * Most are the right evaluator, given policies rewritten so that it sees what the wrong one would. Owns the list only.
 */
import type {
  LabelSelector,
  NetworkPolicy,
  PolicyPeer,
  PolicyPort,
  PolicyRule,
} from "../support/kubernetes-objects.ts";
import type { Cluster } from "./cluster.ts";
import { evaluatorOf } from "./evaluator.ts";
import type { Cell } from "./matrix.ts";

type Spec = NonNullable<NetworkPolicy["spec"]>;

/** Whether a connection opens, by somebody's reading of a cluster's policies. */
export type Reading = (cluster: Cluster) => (cell: Cell) => boolean;

export const MISREADINGS: Readonly<Record<string, Reading>> = {
  "a peer of two selectors is either": rewritten({ peer: (peer) => splitPeer(peer) }),
  "`except` is ignored": rewritten({
    peer: ({ ipBlock, ...peer }) => [ipBlock === undefined ? peer : { ...peer, ipBlock: { cidr: ipBlock.cidr } }],
  }),
  "`endPort` is not included": rewritten({
    port: ({ endPort, ...port }) => (endPort === undefined ? port : { ...port, endPort: endPort - 1 }),
  }),
  "`endPort` goes one too far": rewritten({
    port: ({ endPort, ...port }) =>
      endPort === undefined ? port : { ...port, endPort: Math.min(65_535, endPort + 1) },
  }),
  "ingress is forgotten": rewritten({ policy: (policy) => withoutIngress(policy) }),
  "a named port is looked up at the client": namesAtClient,
  "a pod selector alone means all namespaces": rewritten({
    peer: (peer) => [
      peer.podSelector !== undefined && peer.namespaceSelector === undefined
        ? { ...peer, namespaceSelector: {} }
        : peer,
    ],
  }),
  "a namespace selector alone means nobody": rewritten({
    peer: (peer) => (peer.namespaceSelector !== undefined && peer.podSelector === undefined ? [NOBODY] : [peer]),
  }),
  "an empty list of peers means nobody": rewritten({ rule: (rule) => ({ ...emptyIsNobody(rule) }) }),
  "a rule that is null allows nothing": rewritten({
    rule: (rule) => (rule === null ? { from: [NOBODY], to: [NOBODY] } : rule),
  }),
  "the protocol does not matter": rewritten({ port: (port) => ({ ...port, protocol: "TCP" }) }),
  "a port without a number is none": rewritten({
    port: (port) => (port.port === undefined ? { ...port, port: 7 } : port),
  }),
  "NotIn needs the label": rewritten({ selector: (selector) => needLabel(selector) }),
  "no policyTypes means both": rewritten({
    policy: (policy) => [withSpec(policy, { policyTypes: policy.spec?.policyTypes ?? ["Ingress", "Egress"] })],
  }),
  "rules are in force whatever policyTypes says": rewritten({ policy: (policy) => typesByRules(policy) }),
  "egress needs its type": rewritten({
    policy: (policy) => [withSpec(policy, policy.spec?.policyTypes?.length ? {} : { policyTypes: ["Ingress"] })],
  }),
};

/** The right evaluator, by way of a rewriting that changes nothing. */
export const UNCHANGED: Reading = rewritten({});

const NOBODY: PolicyPeer = { podSelector: { matchLabels: { nobody: "has this" } } };

interface Rewrite {
  readonly policy?: (policy: NetworkPolicy) => NetworkPolicy[];
  readonly rule?: (rule: PolicyRule | null) => PolicyRule | null;
  readonly peer?: (peer: PolicyPeer) => PolicyPeer[];
  readonly port?: (port: PolicyPort) => PolicyPort;
  readonly selector?: (selector: LabelSelector) => LabelSelector;
}

/** Rewrites every part of that kind, inner parts first. */
function rewritten(rewrite: Rewrite): Reading {
  const keep = <T>(value: T): T => value;
  const { policy: onPolicy = (one) => [one], rule: onRule = keep, peer: onPeer = (one) => [one] } = rewrite;
  const { port: onPort = keep, selector: onSelector = keep } = rewrite;
  const peers = (list: readonly PolicyPeer[]): PolicyPeer[] =>
    list
      .map(({ podSelector, namespaceSelector, ...block }) => ({
        ...block,
        ...(podSelector === undefined ? {} : { podSelector: onSelector(podSelector) }),
        ...(namespaceSelector === undefined ? {} : { namespaceSelector: onSelector(namespaceSelector) }),
      }))
      .flatMap(onPeer);
  const parts = ({ from, to, ports }: PolicyRule): PolicyRule => ({
    ...(from === undefined ? {} : { from: peers(from) }),
    ...(to === undefined ? {} : { to: peers(to) }),
    ...(ports === undefined ? {} : { ports: ports.map(onPort) }),
  });
  const rules = (list: Spec["ingress"]): (PolicyRule | null)[] =>
    (list ?? []).map((rule) => onRule(rule === null ? null : parts(rule)));
  const inner = (policy: NetworkPolicy): NetworkPolicy => {
    const { ingress, egress, podSelector = {} } = policy.spec ?? {};
    return withSpec(policy, {
      podSelector: onSelector(podSelector),
      ...(ingress === undefined ? {} : { ingress: rules(ingress) }),
      ...(egress === undefined ? {} : { egress: rules(egress) }),
    });
  };
  return (cluster) => evaluatorOf({ ...cluster, policies: cluster.policies.map(inner).flatMap(onPolicy) });
}

function namesAtClient(cluster: Cluster): (cell: Cell) => boolean {
  const isOpen = evaluatorOf(cluster);
  return ({ from, to, port }) => {
    const named = to.pod === undefined ? to : { ...to, pod: { ...to.pod, ports: from.pod?.ports ?? [] } };
    return isOpen({ from, to: named, port });
  };
}

function withSpec(policy: NetworkPolicy, parts: Spec): NetworkPolicy {
  return { ...policy, spec: { ...policy.spec, ...parts } };
}

function splitPeer({ podSelector, namespaceSelector, ...peer }: PolicyPeer): PolicyPeer[] {
  if (podSelector === undefined || namespaceSelector === undefined) {
    return [{ ...peer, ...(podSelector && { podSelector }), ...(namespaceSelector && { namespaceSelector }) }];
  }
  return [{ podSelector }, { namespaceSelector }];
}

function emptyIsNobody(rule: PolicyRule | null): PolicyRule {
  const { from, to, ...rest } = rule ?? {};
  return { ...rest, from: from?.length ? from : [NOBODY], to: to?.length ? to : [NOBODY] };
}

function needLabel({ matchExpressions = [], ...selector }: LabelSelector): LabelSelector {
  const expressions = matchExpressions as readonly { readonly key: string; readonly operator: string }[];
  const needed = expressions
    .filter(({ operator }) => operator === "NotIn")
    .map(({ key }) => ({ key, operator: "Exists" }));
  return { ...selector, matchExpressions: [...expressions, ...needed] };
}

function withoutIngress(policy: NetworkPolicy): NetworkPolicy[] {
  const { policyTypes = [], egress = [] } = policy.spec ?? {};
  const hasEgress = policyTypes.length > 0 ? policyTypes.includes("Egress") : egress.length > 0;
  return hasEgress ? [withSpec(policy, { policyTypes: ["Egress"] })] : [];
}

function typesByRules(policy: NetworkPolicy): NetworkPolicy[] {
  const { policyTypes = [], ingress = [], egress = [] } = policy.spec ?? {};
  if (policyTypes.length === 0) return [policy];
  const types = [...policyTypes, ...(ingress.length > 0 ? ["Ingress"] : []), ...(egress.length > 0 ? ["Egress"] : [])];
  return [withSpec(policy, { policyTypes: types })];
}
