/**
 * What can be found in a set of objects: one row a rule, with what it means and the way out.
 *
 * Owns ids, levels and constant texts. Values of the input go into `detail` only where they are names, labels, ports or
 * ranges; never the value of an environment variable, a Secret or a ConfigMap.
 */
import { nameOf, type KubernetesObject, type Path, type Place } from "./object.ts";

export type Level = "error" | "warning" | "note";

export interface RuleRow {
  readonly level: Level;
  readonly means: string;
  readonly remedy: string;
}

export const RULES = {
  "refused-by-server": {
    level: "error",
    means: "the API server does not take this object",
    remedy: "correct the field that is named",
  },
  "implicit-types": {
    level: "error",
    means: "policyTypes is absent, so the server decides: without an egress rule egress stays open",
    remedy: "write policyTypes",
  },
  "opens-all": {
    level: "error",
    means: "an empty rule or list matches everything",
    remedy: "name the peers and the ports, or remove the rule",
  },
  "inert-rules": {
    level: "error",
    means: "rules of a direction that policyTypes does not list do nothing",
    remedy: "add the direction to policyTypes, or remove the rules",
  },
  "port-any": {
    level: "error",
    means: "a port item without a port opens every port of one protocol",
    remedy: "write the port's number",
  },
  "and-or": {
    level: "error",
    means: "namespace and pod selectors in two items mean OR: any pod of that namespace, or such a pod of our own",
    remedy: "put both selectors into one item",
  },
  "wide-cidr": {
    level: "error",
    means: "a range is wider than it looks or holds addresses of the cluster",
    remedy: "write the narrow range of the upstream, without host bits or leading zeros",
  },
  dangling: {
    level: "warning",
    means: "nothing here has what this asks for",
    remedy: "correct the selector or the port, or give the objects that it means as well",
  },
  "one-sided": {
    level: "warning",
    means: "only one side refuses this connection: when its policy changes it is open",
    remedy: "narrow the other side's policy too",
  },
  "no-default-deny": {
    level: "error",
    means: "a namespace of a zone does not deny both directions by default",
    remedy: "add a policy with podSelector {}, policyTypes [Ingress, Egress] and no rules",
  },
  "zone-by-pod-label": {
    level: "error",
    means: "pod labels alone admit a peer from other namespaces, and whoever may create pods can write labels",
    remedy: "name the namespace in the same item, by its zone label or kubernetes.io/metadata.name",
  },
  "dns-blocked": {
    level: "warning",
    means: "pods that dial by name have no way to ask DNS",
    remedy: "allow egress to the DNS pods, port 53 UDP and TCP",
  },
  "host-network": {
    level: "error",
    means: "a pod on its node's network is bound by no policy",
    remedy: "remove hostNetwork, or move the pod out of the zone",
  },
  "probe-port": {
    level: "error",
    means: "a probe names a port that the container does not have, so it fails for ever",
    remedy: "use the name or number of a port of the container",
  },
  "service-port": {
    level: "error",
    means: "a Service's targetPort is a name that none of its pods has",
    remedy: "use a port name of the pods, or its number",
  },
  "no-op": {
    level: "warning",
    means: "this does nothing",
    remedy: "complete it or remove it",
  },
  "pod-security": {
    level: "error",
    means: "the restricted Pod Security level refuses this pod",
    remedy: "set the field as the level asks",
  },
  "wrong-door": {
    level: "error",
    means: "somebody may open a port of the masker that is not meant for them",
    remedy: "narrow the ingress policy of that port",
  },
  "flow-blocked": {
    level: "error",
    means: "a declared flow is not allowed",
    remedy: "correct the policies of the half that blocks it; selectors must name namespaces as they are called now",
  },
} satisfies Record<string, RuleRow>;

export type RuleId = keyof typeof RULES;

export interface Finding {
  readonly rule: RuleId;
  /** Kind, namespace and name. */
  readonly object: string;
  readonly place: Place;
  readonly detail: string;
}

export function findingAt(object: KubernetesObject, rule: RuleId, path: Path, detail: string): Finding {
  return { rule, object: nameOf(object), place: object.placeOf(path), detail };
}

export function levelOf({ rule }: Pick<Finding, "rule">): Level {
  return RULES[rule].level;
}
