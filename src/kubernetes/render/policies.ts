/**
 * The network policies: who may open what, from the configuration alone.
 *
 * Owns the rules of writing them: every policy names its types, every peer is a namespace and a pod selector in one item,
 * ports are numbers of containers, and no list is ever empty, because an empty one means everybody.
 */
import {
  APP,
  appLabels,
  CANARY,
  NAMESPACE_LABEL,
  ROLE_LABEL,
  ZONE_LABEL,
  zoneNamespace,
  type Comer,
  type Document,
  type Plan,
  type PlannedBroker,
  type Zone,
} from "./plan.ts";
import type { Json, JsonObject } from "./yaml.ts";

type Labels = Readonly<Record<string, string>>;
type Flow = "Ingress" | "Egress";

interface Rule {
  readonly peers: readonly JsonObject[];
  readonly ports: readonly number[];
}

interface PolicyParts {
  readonly name: string;
  readonly namespace: string;
  readonly pods: Labels;
  readonly flow: Flow;
  readonly rules: readonly Rule[];
  readonly comment?: string;
}

const MASKER = peer({ [NAMESPACE_LABEL]: APP }, appLabels());
const DNS_LATER = "No rule: a DNS component (components/dns-*) brings the one that fits the cluster.";

/** Nothing in, nothing out, and a place for the rule about DNS. */
export function denialPolicies(namespace: string): Document[] {
  const metadata = (name: string) => ({ name, namespace });
  const shared = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" };
  return [
    {
      object: {
        ...shared,
        metadata: metadata("default-deny"),
        spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
      },
    },
    {
      comment: DNS_LATER,
      object: {
        ...shared,
        metadata: metadata("allow-dns"),
        spec: { podSelector: {}, policyTypes: ["Egress"], egress: [] },
      },
    },
  ];
}

/** One way in for each listener, and the way to each broker. */
export function maskerPolicies(plan: Plan): Document[] {
  const { publish, subscribe, admin } = plan.listeners;
  const ways = [
    { name: "maskwire-publish", listener: publish },
    { name: "maskwire-subscribe", listener: subscribe },
    { name: "maskwire-metrics", listener: admin },
  ];
  return [
    ...ways.map(({ name, listener: { listenPort, zone, from } }) =>
      policy({
        name,
        namespace: APP,
        pods: appLabels(),
        flow: "Ingress",
        rules: [{ peers: [comerPeer(zone, from)], ports: [listenPort] }],
      }),
    ),
    ...plan.brokers.map((broker) =>
      policy({
        name: `maskwire-to-${broker.name}`,
        namespace: APP,
        pods: appLabels(),
        flow: "Egress",
        rules: [brokerRule(broker)],
        ...(broker.conduit === undefined ? {} : { comment: conduitText(broker) }),
      }),
    ),
  ];
}

/** What the pods of one zone may do: open their listener of maskwire, and the brokers that they share with it. */
export function zonePolicies(plan: Plan, zone: "raw" | "masked"): Document[] {
  const listener = plan.listeners[zone === "raw" ? "publish" : "subscribe"];
  const namespace = zoneNamespace(plan, zone);
  const usable = plan.brokers.filter((broker) => broker.zone === zone || broker.conduit !== undefined);
  const way = policy({
    name: zone === "raw" ? "producer-to-maskwire" : "subscriber-to-maskwire",
    namespace,
    pods: podLabels(listener.from),
    flow: "Egress",
    rules: [{ peers: [MASKER], ports: [listener.listenPort] }, ...usable.map(brokerRule)],
  });
  return [way, ...plan.brokers.filter((broker) => broker.zone === zone).map((broker) => brokerPolicy(plan, broker))];
}

/** The upstreams by address; undefined when there is none, for an empty list would mean everybody. */
export function upstreamPolicy({ upstreams }: Plan): Document | undefined {
  if (upstreams.length === 0) return undefined;
  return policy({
    name: "maskwire-upstream",
    namespace: APP,
    pods: appLabels(),
    flow: "Egress",
    rules: upstreams.map(({ blocks, port }) => ({ peers: blocks.map((ipBlock) => ({ ipBlock })), ports: [port] })),
    comment: upstreams.map(({ name, host, port }) => `${name}: ${host}:${port}`).join("\n"),
  });
}

/** The canary's two ports are open to maskwire; that it reaches only one is the work of its own egress policy. */
export function canaryPolicies({ control, forbidden }: NonNullable<Plan["canary"]>): Document[] {
  return [
    policy({
      name: "maskwire-to-canary",
      namespace: APP,
      pods: appLabels(),
      flow: "Egress",
      rules: [{ peers: [peer({ [NAMESPACE_LABEL]: APP }, appLabels(CANARY))], ports: [control] }],
      comment: `Not to ${forbidden}: that this is refused is what the canary is for.`,
    }),
    policy({
      name: "canary-from-maskwire",
      namespace: APP,
      pods: appLabels(CANARY),
      flow: "Ingress",
      rules: [{ peers: [MASKER], ports: [control, forbidden] }],
    }),
  ];
}

export function gatewayPolicy({ listeners }: Plan): Document {
  const pods = { "gateway.networking.k8s.io/gateway-name": APP };
  return policy({
    name: "maskwire-gateway",
    namespace: APP,
    pods: appLabels(),
    flow: "Ingress",
    rules: [{ peers: [peer({ [NAMESPACE_LABEL]: "gateway" }, pods)], ports: [listeners.subscribe.listenPort] }],
  });
}

/** Nodes are no pods: a range of addresses is all that there is. */
export function kubeletPolicy({ listeners }: Plan): Document {
  return policy({
    name: "maskwire-kubelet",
    namespace: APP,
    pods: appLabels(),
    flow: "Ingress",
    rules: [{ peers: [{ ipBlock: { cidr: "192.0.2.0/24" } }], ports: [listeners.admin.listenPort] }],
  });
}

/** A peer of policies: a namespace AND pods, in one item. */
export function peer(namespace: Labels, pods: Labels): JsonObject {
  return { namespaceSelector: { matchLabels: namespace }, podSelector: { matchLabels: pods } };
}

/** Whoever comes in: its zone is a label of the namespace, which whoever may create pods cannot forge. */
export function comerPeer(zone: Zone, from: Comer): JsonObject {
  const namespace = {
    ...(zone === "ops" ? {} : { [ZONE_LABEL]: zone }),
    ...(from.namespace === undefined ? {} : { [NAMESPACE_LABEL]: from.namespace }),
  };
  return peer(namespace, podLabels(from));
}

function podLabels({ role, labels }: Comer): Labels {
  return { ...(role === undefined ? {} : { [ROLE_LABEL]: role }), ...labels };
}

function brokerPolicy(plan: Plan, broker: PlannedBroker): Document {
  const { publish, subscribe } = plan.listeners;
  const [own, other] = broker.zone === "raw" ? [publish, subscribe] : [subscribe, publish];
  const users = broker.conduit === undefined ? [own] : [own, other];
  const peers = [...users.map(({ zone, from }) => comerPeer(zone, from)), MASKER];
  return policy({
    name: `${broker.name}-ingress`,
    namespace: zoneNamespace(plan, broker.zone),
    pods: { [ROLE_LABEL]: broker.role },
    flow: "Ingress",
    rules: [{ peers, ports: [broker.listenPort] }],
    ...(broker.conduit === undefined ? {} : { comment: conduitText(broker) }),
  });
}

function brokerRule({ zone, role, listenPort }: PlannedBroker): Rule {
  return { peers: [peer({ [ZONE_LABEL]: zone }, { [ROLE_LABEL]: role })], ports: [listenPort] };
}

function conduitText({ name, conduit = "" }: PlannedBroker): string {
  return `${name} is a conduit between the zones: no policy keeps raw events from subscribers here.\nDeclared because: ${conduit.replaceAll(/\s+/g, " ")}`;
}

function policy({ name, namespace, pods, flow, rules, comment }: PolicyParts): Document {
  const [key, side] = flow === "Ingress" ? (["ingress", "from"] as const) : (["egress", "to"] as const);
  const written: Json[] = rules.map(({ peers, ports }) => ({
    [side]: peers,
    ports: ports.map((port) => ({ port, protocol: "TCP" })),
  }));
  return {
    ...(comment === undefined ? {} : { comment }),
    object: {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name, namespace },
      spec: { podSelector: { matchLabels: pods }, policyTypes: [flow], [key]: written },
    },
  };
}
