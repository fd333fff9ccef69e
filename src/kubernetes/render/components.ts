/**
 * The parts that an overlay may pick: zones, DNS, egress, monitoring and what depends on the cluster.
 *
 * Owns one row a component. A component without documents and patches does not exist for that configuration.
 */
import {
  APP,
  appLabels,
  CANARY,
  NAMESPACE_LABEL,
  ownObject,
  zoneNamespace,
  type Document,
  type KubernetesObject,
  type Plan,
} from "./plan.ts";
import { admissionGuards, denyingGuards } from "./guards.ts";
import {
  canaryPolicies,
  denialPolicies,
  gatewayPolicy,
  kubeletPolicy,
  peer,
  upstreamPolicy,
  zonePolicies,
} from "./policies.ts";
import { canaryDocuments, namespaceDocument } from "./workload.ts";
import type { Operation } from "./patch.ts";
import type { Json, JsonObject } from "./yaml.ts";

export interface Patch {
  readonly target: { readonly kind: string; readonly name: string; readonly namespace?: string };
  readonly patch: readonly Operation[];
}

export interface Component {
  readonly comment: string;
  /** File name to what it holds. */
  readonly files?: Readonly<Record<string, readonly Document[]>>;
  readonly patches?: readonly Patch[];
}

type Variant = "coredns" | "openshift" | "nodelocal";

const ZONE_WORDS = {
  raw: "The zone that holds raw events: its producers may open maskwire's publish listener",
  masked: "The zone that may see masked events only: its subscribers may open maskwire's subscribe listener",
} as const;
const UDP_AND_TCP = ["UDP", "TCP"];
const KEY_FOLDER = "/etc/maskwire-key";
/** Owner and group may read. */
const KEY_MODE = 0o440;
const CONTAINER = "/spec/template/spec/containers/0";
const POD_CONTEXT = "/spec/template/spec/securityContext";

/** Name to component, of those that make sense for this configuration. */
export const COMPONENTS: Readonly<Record<string, (plan: Plan) => Component | undefined>> = {
  "zone-raw": (plan) => zone(plan, "raw"),
  "zone-masked": (plan) => zone(plan, "masked"),
  "dns-coredns": () =>
    dns("coredns", "DNS at the CoreDNS (or kube-dns) pods in kube-system, the default of most clusters."),
  "dns-openshift": () =>
    dns("openshift", "DNS of OpenShift: its pods listen on 5353, and policies see the port behind the Service."),
  "dns-nodelocal": () =>
    dns("nodelocal", "DNS at the node-local cache: it has the network of the node, so no selector matches it."),
  "upstream-cidr": (plan) => {
    const policy = upstreamPolicy(plan);
    return (
      policy && { comment: "Egress to the upstreams by their addresses.", files: { "network-policy.yaml": [policy] } }
    );
  },
  "egress-cilium": ciliumEgress,
  canary: (plan) =>
    plan.canary && {
      comment: "The pod by which maskwire sees whether network policies are in force.",
      files: {
        "canary.yaml": canaryDocuments(plan, plan.canary),
        "network-policies.yaml": canaryPolicies(plan.canary),
      },
    },
  "root-key": rootKey,
  monitoring: ({ listeners }) => ({
    comment:
      "Tells a Prometheus that discovers by annotation where the metrics are. Who may scrape says `listeners.admin.from`.",
    patches: [
      {
        target: { kind: "Service", name: "maskwire-admin" },
        patch: [{ op: "add", path: "/metadata/annotations", value: scrapeAnnotations(listeners.admin.listenPort) }],
      },
    ],
  }),
  autoscaling: () => ({
    comment: `More pods under load, fewer after a while. Only for a deployment that serves /v1/mask alone, or keeps its
history in NATS: other feeds live in one process.
Slow on the way down, for every pod that goes ends its streams: one in two minutes, after ten calm ones.`,
    files: { "autoscaler.yaml": [{ object: AUTOSCALER }] },
    patches: [{ target: { kind: "Deployment", name: APP }, patch: [{ op: "remove", path: "/spec/replicas" }] }],
  }),
  openshift: ({ canary }) => ({
    comment:
      "OpenShift gives every namespace a range of user ids: ours go, and the `restricted-v2` constraint sets its own.",
    patches: [APP, ...(canary ? [CANARY] : [])].map((name) => ({
      target: { kind: "Deployment", name },
      patch: ["runAsUser", "runAsGroup", "fsGroup"].map((key) => ({
        op: "remove" as const,
        path: `${POD_CONTEXT}/${key}`,
      })),
    })),
  }),
  gateway: (plan) => ({
    comment: `Subscribers from outside through the Gateway \`maskwire\` in namespace \`gateway\`: to the subscribe listener, and to no other.
Its pods may open it; who else may reach them is for their own policies to say. Configure \`auth\` before you use it.`,
    files: { "http-route.yaml": [{ object: httpRoute(plan) }], "network-policy.yaml": [gatewayPolicy(plan)] },
  }),
  "allow-kubelet": (plan) => ({
    comment: `Probes from nodes, for plugins that hold them to policies as well; most do not. 192.0.2.0/24 is a documentation range: replace
it by that of your nodes with a patch in your overlay.`,
    files: { "network-policy.yaml": [kubeletPolicy(plan)] },
  }),
  "guard-cnp": (plan) => ({
    comment: "Denies what no policy may allow, whoever adds one. For plugins that know ClusterNetworkPolicy (alpha).",
    files: { "guard.yaml": denyingGuards(plan) },
  }),
  "guard-vap": () => ({
    comment:
      "Refuses network policies that open a zone to everybody. Checked by the API server itself (Kubernetes 1.30 and newer).",
    files: { "guard.yaml": admissionGuards() },
  }),
  "hardening-userns": () => ({
    comment: "Users of the pod are nobody on the node, root included. Needs user namespaces in kernel and runtime.",
    patches: [
      {
        target: { kind: "Deployment", name: APP },
        patch: [{ op: "add", path: "/spec/template/spec/hostUsers", value: false }],
      },
    ],
  }),
};

/** The rules of `allow-dns` for one way of resolving names. */
export function dnsRules(variant: Variant): Json[] {
  const rules: Record<Variant, { readonly peer: JsonObject; readonly port: number }> = {
    coredns: { peer: peer({ [NAMESPACE_LABEL]: "kube-system" }, { "k8s-app": "kube-dns" }), port: 53 },
    openshift: {
      peer: peer({ [NAMESPACE_LABEL]: "openshift-dns" }, { "dns.operator.openshift.io/daemonset-dns": "default" }),
      port: 5353,
    },
    nodelocal: { peer: { ipBlock: { cidr: "169.254.20.10/32" } }, port: 53 },
  };
  const { peer: to, port } = rules[variant];
  return [{ to: [to], ports: UDP_AND_TCP.map((protocol) => ({ port, protocol })) }];
}

function scrapeAnnotations(port: number): Record<string, string> {
  return { "prometheus.io/scrape": "true", "prometheus.io/port": String(port), "prometheus.io/path": "/metrics" };
}

function zone(plan: Plan, name: "raw" | "masked"): Component {
  const namespace = zoneNamespace(plan, name);
  const hasBrokers = plan.brokers.some((broker) => broker.zone === name || broker.conduit !== undefined);
  return {
    comment: `${ZONE_WORDS[name]} and ${hasBrokers ? "their brokers" : "nothing else"}.`,
    files: {
      "namespace.yaml": [namespaceDocument(namespace, name)],
      "network-policies.yaml": [...denialPolicies(namespace), ...zonePolicies(plan, name)],
    },
  };
}

function dns(variant: Variant, comment: string): Component {
  return {
    comment: `${comment} Fills the policy \`allow-dns\` of\nevery namespace that the overlay has so far: list it after the zones, and no second DNS component beside it.`,
    patches: [
      {
        target: { kind: "NetworkPolicy", name: "allow-dns" },
        patch: [{ op: "replace", path: "/spec/egress", value: dnsRules(variant) }],
      },
    ],
  };
}

/** Upstreams by name. The names in the DNS rule are all that maskwire may ask for, so a name can carry no data out. */
function ciliumEgress({ upstreams, canary }: Plan): Component | undefined {
  if (upstreams.length === 0) return undefined;
  const names = upstreams.filter(({ host }) => !isAddress(host)).map(({ host }) => ({ matchName: host.toLowerCase() }));
  const own = canary
    ? [{ matchName: `${CANARY}.${APP}.svc.cluster.local` }, { matchName: `${CANARY}.${APP}.svc` }]
    : [];
  const egress: Json[] = [
    {
      toEndpoints: [{ matchLabels: { "k8s:io.kubernetes.pod.namespace": "kube-system", "k8s-app": "kube-dns" } }],
      toPorts: [{ ports: [{ port: "53", protocol: "ANY" }], rules: { dns: [...names, ...own] } }],
    },
    ...upstreams.map(({ host, port, blocks }) => ({
      ...(isAddress(host)
        ? { toCIDR: blocks.map(({ cidr }) => cidr) }
        : { toFQDNs: [{ matchName: host.toLowerCase() }] }),
      toPorts: [{ ports: [{ port: String(port), protocol: "TCP" }] }],
    })),
  ];
  const object = {
    apiVersion: "cilium.io/v2",
    kind: "CiliumNetworkPolicy",
    metadata: { name: "maskwire-upstream", namespace: APP },
    spec: { endpointSelector: { matchLabels: { "k8s:app.kubernetes.io/name": APP } }, egress },
  };
  return {
    comment: `Egress to the upstreams by their names, for clusters with Cilium. It asks DNS for these names and no others: list it
after the DNS component, whose rule for maskwire's own namespace it takes away.`,
    files: { "network-policy.yaml": [{ object }] },
    patches: [
      {
        target: { kind: "NetworkPolicy", name: "allow-dns", namespace: APP },
        patch: [{ op: "replace", path: "/spec/egress", value: [] }],
      },
    ],
  };
}

function isAddress(host: string): boolean {
  return host.includes(":") || /^[\d.]+$/.test(host);
}

function rootKey(): Component {
  const add = (path: string, value: Json): Operation => ({ op: "add", path, value });
  return {
    comment: `The root key of keyed operators (hash), from the Secret \`maskwire-key\`, mounted as a file. Without the Secret the pod does
not start, rather than make tokens that nobody can match later.
  openssl rand -base64 32 > maskwire.key
  kubectl -n maskwire create secret generic maskwire-key --from-file=root-key=maskwire.key`,
    patches: [
      {
        target: { kind: "Deployment", name: APP },
        patch: [
          add(`${CONTAINER}/env`, [{ name: "MASKWIRE_KEY_FILE", value: `${KEY_FOLDER}/root-key` }]),
          add(`${CONTAINER}/volumeMounts/-`, { name: "key", mountPath: KEY_FOLDER, readOnly: true }),
          add("/spec/template/spec/volumes/-", {
            name: "key",
            secret: { secretName: "maskwire-key", defaultMode: KEY_MODE },
          }),
        ],
      },
    ],
  };
}

function httpRoute({ listeners }: Plan): KubernetesObject {
  return ownObject(
    "HTTPRoute",
    "maskwire-subscribe",
    {
      spec: {
        parentRefs: [{ name: APP, namespace: "gateway" }],
        rules: [{ backendRefs: [{ name: "maskwire-subscribe", port: listeners.subscribe.listenPort }] }],
      },
    },
    "gateway.networking.k8s.io/v1",
  );
}

const AUTOSCALER = {
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: { name: APP, namespace: APP, labels: appLabels() },
  spec: {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: APP },
    minReplicas: 3,
    maxReplicas: 12,
    metrics: [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 60 } } }],
    behavior: {
      scaleDown: { stabilizationWindowSeconds: 600, policies: [{ type: "Pods", value: 1, periodSeconds: 120 }] },
    },
  },
};
