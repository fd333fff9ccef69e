/**
 * Guards against policies of others: those only ever add, so somebody may open what ours close.
 *
 * Owns two ways to forbid that: ClusterNetworkPolicy, which denies whatever else is allowed, and an admission policy, which
 * refuses a NetworkPolicy that opens a zone to everybody.
 */
import {
  APP,
  appLabels,
  NAMESPACE_LABEL,
  ROLE_LABEL,
  ZONE_LABEL,
  type Document,
  type Plan,
  type PlannedBroker,
} from "./plan.ts";
import type { Json, JsonObject } from "./yaml.ts";

const NODE_LOCAL_DNS = "169.254.20.10/32";
/** Every pod, and every address. */
const EVERYBODY: readonly JsonObject[] = [{ namespaces: {} }, { networks: ["0.0.0.0/0", "::/0"] }];
/** Lower comes first; whoever runs the cluster may put its own before. */
const PRIORITY = 100;
const ZONE_WORDS = "in namespaces with a zone, each rule names pods, or namespaces that it tells apart";

/**
 * Only maskwire, DNS and its own zone meet the raw zone, whoever dials: an open connection carries data both ways. And the
 * masked zone dials nothing raw.
 */
export function denyingGuards({ brokers }: Plan): Document[] {
  const shared = brokers.filter(({ conduit }) => conduit !== undefined);
  const conduits = (zone: "raw" | "masked"): Json[] =>
    shared.filter((broker) => broker.zone === zone).map((broker) => pass(`to-${broker.name}`, [podsOf(broker)]));
  const masked = { namespaces: { matchLabels: { [ZONE_LABEL]: "masked" } } };
  const raw = { namespaces: { matchLabels: { [ZONE_LABEL]: "raw" } } };
  const maskwire = pods({ [NAMESPACE_LABEL]: APP }, appLabels());
  const users = [maskwire, raw, ...(conduits("raw").length === 0 ? [] : [masked])];
  return [
    guard("maskwire-raw", "raw", {
      ingress: [
        { name: "from-maskwire-and-zones", action: "Pass", from: users },
        { name: "from-nobody-else", action: "Deny", from: [{ namespaces: {} }] },
      ],
      egress: [
        pass("to-maskwire", [maskwire]),
        pass("to-own-zone", [raw]),
        pass("to-dns", [
          pods({ [NAMESPACE_LABEL]: "kube-system" }, { "k8s-app": "kube-dns" }),
          pods({ [NAMESPACE_LABEL]: "openshift-dns" }, { "dns.operator.openshift.io/daemonset-dns": "default" }),
          { networks: [NODE_LOCAL_DNS] },
        ]),
        ...conduits("masked"),
        { name: "to-nobody-else", action: "Deny", to: EVERYBODY },
      ],
    }),
    guard("maskwire-masked", "masked", {
      egress: [...conduits("raw"), { name: "to-raw", action: "Deny", to: [raw] }],
    }),
  ];
}

/** The same for both directions: no rule without peers, no addresses, no namespace at all. */
export function admissionGuards(): Document[] {
  const name = "maskwire-zones";
  const apiVersion = "admissionregistration.k8s.io/v1";
  const validations = [direction("egress", "to"), direction("ingress", "from")].map((expression) => ({
    expression,
    message: ZONE_WORDS,
  }));
  const policy = {
    apiVersion,
    kind: "ValidatingAdmissionPolicy",
    metadata: { name },
    spec: {
      failurePolicy: "Fail",
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ["networking.k8s.io"],
            apiVersions: ["v1"],
            operations: ["CREATE", "UPDATE"],
            resources: ["networkpolicies"],
          },
        ],
      },
      validations,
    },
  };
  const binding = {
    apiVersion,
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name },
    spec: {
      policyName: name,
      validationActions: ["Deny"],
      matchResources: { namespaceSelector: { matchExpressions: [{ key: ZONE_LABEL, operator: "Exists" }] } },
    },
  };
  return [{ object: policy }, { object: binding }];
}

/** In CEL: every rule has peers, and every peer is the node-local DNS, or selects in the cluster without `{}` for namespaces. */
function direction(rules: string, peers: string): string {
  const isNamed = (selector: string): string =>
    `((has(${selector}.matchLabels) && size(${selector}.matchLabels) > 0) || (has(${selector}.matchExpressions) && size(${selector}.matchExpressions) > 0))`;
  const isInside = `(!has(peer.namespaceSelector) || ${isNamed("peer.namespaceSelector")})`;
  const isPeer = `(has(peer.ipBlock) ? peer.ipBlock.cidr == '${NODE_LOCAL_DNS}' : ${isInside})`;
  const isRule = `has(rule.${peers}) && size(rule.${peers}) > 0 && rule.${peers}.all(peer, ${isPeer})`;
  return `!has(object.spec.${rules}) || object.spec.${rules}.all(rule, ${isRule})`;
}

function guard(name: string, zone: string, rules: Record<string, Json>): Document {
  return {
    object: {
      apiVersion: "policy.networking.k8s.io/v1alpha2",
      kind: "ClusterNetworkPolicy",
      metadata: { name },
      spec: {
        tier: "Admin",
        priority: PRIORITY,
        subject: { namespaces: { matchLabels: { [ZONE_LABEL]: zone } } },
        ...rules,
      },
    },
  };
}

/** Whether it is allowed say the network policies. */
function pass(name: string, to: readonly JsonObject[]): JsonObject {
  return { name, action: "Pass", to };
}

function pods(namespace: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): JsonObject {
  return {
    pods: { namespaceSelector: { matchLabels: namespace }, podSelector: { matchLabels: labels } },
  };
}

function podsOf({ zone, role }: PlannedBroker): JsonObject {
  return pods({ [ZONE_LABEL]: zone }, { [ROLE_LABEL]: role });
}
