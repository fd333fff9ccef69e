/** What is wrong between objects: selectors that mean nobody, zones without a fence, one-sided protection. */
import { findingAt, type Finding } from "../finding.ts";
import { createEvaluator, type Evaluator } from "../netpolicy/evaluate.ts";
import {
  DIRECTIONS,
  endName,
  rulesOfPolicies,
  type Cluster,
  type Pod,
  type Policy,
  type Rule,
} from "../netpolicy/model.ts";
import { ZONE_LABEL, type Plan } from "../netpolicy/plan.ts";
import { podTemplateOf } from "../netpolicy/workloads.ts";
import { openWorld } from "../netpolicy/world.ts";
import type { KubernetesObject, Path } from "../object.ts";
import { describeSelector, isSelected } from "../selector.ts";
import { fieldsOf, listOf } from "../value.ts";

export interface LintInput {
  readonly objects: readonly KubernetesObject[];
  readonly cluster: Cluster;
  readonly plan: Plan | undefined;
}

export function clusterLints(input: LintInput): Finding[] {
  const policies = new Map(
    input.objects
      .filter(({ kind }) => kind === "NetworkPolicy")
      .map((object) => [`${object.namespace}/${object.name}`, object]),
  );
  const objectOf = ({ namespace, name }: Policy): KubernetesObject | undefined => policies.get(`${namespace}/${name}`);
  return [
    ...zoneLints(input),
    ...input.cluster.policies.flatMap((policy) => danglingLints(input.cluster, policy, objectOf(policy))),
    ...dnsLints(input),
    ...oneSidedLints(input.cluster, objectOf),
  ];
}

/** Namespaces of zones and of the masker: both directions denied, nobody on the node's network. */
function zoneLints({ objects, cluster, plan }: LintInput): Finding[] {
  const isFenced = (name: string, labels: KubernetesObject["labels"]): boolean =>
    ["raw", "masked"].includes(labels[ZONE_LABEL] ?? "") || name === plan?.masker.namespace;
  const fenced = objects.filter(({ kind, name, labels }) => kind === "Namespace" && isFenced(name, labels));
  const open = fenced
    .filter(({ name }) => !isIsolated(cluster, name))
    .map((object) =>
      findingAt(object, "no-default-deny", [], "has no policy that denies both directions to every pod"),
    );
  const names = new Set(fenced.map(({ name }) => name));
  const onNode = cluster.pods
    .filter(({ isHostNetwork, namespace }) => isHostNetwork && names.has(namespace))
    .flatMap((pod) => {
      const object = workloadOf(objects, pod);
      return object === undefined ? [] : [findingAt(object, "host-network", ["spec"], "has hostNetwork: true")];
    });
  return [...open, ...onNode];
}

/** Every pod is isolated in both directions, by one policy or by two. */
function isIsolated({ policies }: Cluster, name: string): boolean {
  const forAll = policies.filter(({ namespace, pods }) => namespace === name && pods.length === 0);
  return DIRECTIONS.every((direction) => forAll.some(({ directions }) => directions.has(direction)));
}

/** Only where the pods of a namespace are given: those of others come later, or from elsewhere. */
function danglingLints(cluster: Cluster, policy: Policy, object: KubernetesObject | undefined): Finding[] {
  if (object === undefined) return [];
  const own = cluster.pods.filter(({ namespace }) => namespace === policy.namespace);
  const isIdle = own.length > 0 && !own.some(({ labels }) => isSelected(policy.pods, labels));
  const idle = isIdle
    ? [findingAt(object, "dangling", ["spec", "podSelector"], `selects no pod (${describeSelector(policy.pods)})`)]
    : [];
  return [...idle, ...rulesOfPolicies([policy]).flatMap((rule) => danglingRule(cluster, rule, object))];
}

function danglingRule(cluster: Cluster, rule: Rule, object: KubernetesObject): Finding[] {
  const [list, side] = rule.direction === "Egress" ? ["egress", "to"] : ["ingress", "from"];
  const path: Path = ["spec", list, rule.index];
  const peers = rule.peers.flatMap((peer, at) => {
    if (peer.kind === "block") return [];
    const text = danglingPeer(cluster, rule, peer);
    return text === undefined ? [] : [findingAt(object, "dangling", [...path, side, at], text)];
  });
  const names = new Set(cluster.pods.flatMap(({ ports }) => ports.map(({ name }) => name)));
  const ports = rule.ports.flatMap(({ port }, at) =>
    typeof port === "string" && cluster.pods.length > 0 && !names.has(port)
      ? [findingAt(object, "dangling", [...path, "ports", at], `no pod has a port named ${port}`)]
      : [],
  );
  return [...peers, ...ports];
}

function danglingPeer(
  cluster: Cluster,
  { policy }: Rule,
  peer: Extract<Rule["peers"][number], { kind: "pods" }>,
): string | undefined {
  const namespaces = [...cluster.namespaces.values()].filter(({ isAssumed }) => !isAssumed);
  const wanted = peer.namespaces;
  const isWhole = namespaces.some(({ name }) => name === "kube-system");
  // One by its name may be the cluster's own, which manifests do not hold.
  const isByName = wanted?.every(({ key }) => key === "kubernetes.io/metadata.name") === true && !isWhole;
  const meant =
    wanted === undefined
      ? namespaces.filter(({ name }) => name === policy.namespace)
      : namespaces.filter(({ labels }) => isSelected(wanted, labels));
  if (wanted !== undefined && meant.length === 0 && namespaces.length > 0) {
    return isByName ? undefined : `no namespace here has ${describeSelector(wanted)}`;
  }
  const names = new Set(meant.map(({ name }) => name));
  const pods = cluster.pods.filter(({ namespace }) => names.has(namespace));
  const isFound = pods.length === 0 || pods.some(({ labels }) => isSelected(peer.pods, labels));
  return isFound ? undefined : `no pod there has ${describeSelector(peer.pods)}`;
}

/** The object that a pod was read from. */
function workloadOf(objects: readonly KubernetesObject[], { namespace, name }: Pod): KubernetesObject | undefined {
  return objects.find((one) => one.namespace === namespace && one.name === name && podTemplateOf(one) !== undefined);
}

const DNS_PORTS = [53, 5353];

/** Pods that may dial somebody, and nobody for names. */
function dnsLints({ objects, cluster }: LintInput): Finding[] {
  const evaluator = createEvaluator(cluster);
  return cluster.pods.flatMap((pod) => {
    const policies = evaluator.policiesOf(pod, "Egress");
    const rules = policies.flatMap(({ rules: { Egress } }) => Egress);
    if (rules.length === 0 || rules.some((rule) => allowsDns(rule))) return [];
    const object = workloadOf(objects, pod);
    return object === undefined ? [] : [findingAt(object, "dns-blocked", [], "may dial, and no rule lets it ask DNS")];
  });
}

function allowsDns({ ports }: Rule): boolean {
  if (ports.length === 0) return true;
  return ports.some(({ protocol, port }) => {
    if (protocol !== "UDP") return false;
    if (port === undefined || typeof port === "string") return true;
    return DNS_PORTS.some((number) => port.first <= number && number <= port.last);
  });
}

/** As many subjects of a policy are tried: they differ only by what other policies say of them. */
const SUBJECTS_LIMIT = 4;

/** A rule lets somebody in (or out) whom only the other side's policies keep off. */
function oneSidedLints(cluster: Cluster, objectOf: (policy: Policy) => KubernetesObject | undefined): Finding[] {
  const world = openWorld(cluster);
  const evaluator = createEvaluator(world);
  return rulesOfPolicies(cluster.policies).flatMap((rule) => {
    const object = objectOf(rule.policy);
    const pair =
      rule.peers.length === 0 || object === undefined ? undefined : oneSidedPair(world.pods, rule, evaluator);
    if (pair === undefined || object === undefined) return [];
    const path: Path = ["spec", rule.direction === "Egress" ? "egress" : "ingress", rule.index];
    const text = `rule ${rule.index + 1} allows ${endName(pair.from)} to ${endName(pair.to)}; only the other side refuses`;
    return [findingAt(object, "one-sided", path, text)];
  });
}

interface Pair {
  readonly from: Pod;
  readonly to: Pod;
}

function oneSidedPair(pods: readonly Pod[], rule: Rule, evaluator: Evaluator): Pair | undefined {
  const { policy, direction } = rule;
  const subjects = pods
    .filter((pod) => pod.namespace === policy.namespace && !pod.isHostNetwork && isSelected(policy.pods, pod.labels))
    .slice(0, SUBJECTS_LIMIT);
  const others = pods.filter((pod) => evaluator.isPeer(rule, pod) && !isByAddressAlone(rule, pod));
  const [port] = rule.ports.map(({ port: one, protocol }) => ({ one, protocol }));
  if (typeof port?.one === "string") return undefined;
  const number = port?.one?.first ?? 1;
  const protocol = port?.protocol ?? "TCP";
  for (const subject of subjects)
    for (const other of others) {
      const [from, to] = direction === "Egress" ? [subject, other] : [other, subject];
      if (from === to) continue;
      const { egress, ingress } = evaluator.allowed({ from, to, port: number, protocol });
      const far = direction === "Egress" ? ingress : egress;
      if (!far.allow) return { from, to };
    }
  return undefined;
}

function isByAddressAlone({ peers }: Rule, pod: Pod): boolean {
  return peers.every(({ kind }) => kind === "block") && pod.isHypothetical;
}

/** Ports of Services written where the pods' own are meant. */
export function servicePortLints({ objects, cluster }: LintInput): Finding[] {
  const services = objects.filter(({ kind }) => kind === "Service");
  const numbers = new Set(cluster.pods.flatMap(({ ports }) => ports.map(({ number }) => number)));
  const translated = new Set(
    services.flatMap(({ value }) =>
      listOf(fieldsOf(value["spec"])["ports"]).flatMap((item) => {
        const { port, targetPort } = fieldsOf(item);
        return typeof port === "number" && targetPort !== undefined && targetPort !== port && !numbers.has(port)
          ? [port]
          : [];
      }),
    ),
  );
  return objects
    .filter(({ kind }) => kind === "NetworkPolicy")
    .flatMap((object) =>
      (["ingress", "egress"] as const).flatMap((list) =>
        listOf(fieldsOf(object.value["spec"])[list]).flatMap((rule, index) =>
          listOf(fieldsOf(rule)["ports"]).flatMap((item, at) => {
            const { port } = fieldsOf(item);
            if (typeof port !== "number" || !translated.has(port)) return [];
            const text = `port ${port} is a Service's port and no container's: policies see the pod's port`;
            return [findingAt(object, "dangling", ["spec", list, index, "ports", at], text)];
          }),
        ),
      ),
    );
}
