/**
 * The plan of the zones out of the masker's own configuration.
 *
 * Owns defaults, which are those of the shipped manifests. Takes the configuration as a parsed value and without trust:
 * whether it is a right one is for `maskwire check`.
 */
import { parseRange, subtract, type Interval } from "../address.ts";
import { isSelected, type Selector } from "../selector.ts";
import { fieldsOf, listOf, textOf, valueAt } from "../value.ts";
import { labelsOf } from "../object.ts";
import { NAMESPACE_NAME, type Cluster } from "./model.ts";
import {
  ROLE_LABEL,
  ZONE_LABEL,
  type Broker,
  type Conduit,
  type Door,
  type Plan,
  type PodChoice,
  type Upstream,
} from "./plan.ts";
import { portSet, unite } from "./port-set.ts";

export const MASKER_NAME = "maskwire";
const APP_LABEL = "app.kubernetes.io/name";

const equals = (key: string, value: string): Selector => [{ key, operator: "In", values: [value] }];
const namespaceNamed = (name: string): Selector => equals(NAMESPACE_NAME, name);

const MASKER_PODS = equals(APP_LABEL, MASKER_NAME);

/** `undefined` when no workload is the masker, or when two namespaces could be its own. */
export function maskerNamespace(cluster: Cluster): { readonly found?: string; readonly candidates: readonly string[] } {
  const pods = cluster.pods.filter(({ labels, isHostNetwork }) => isSelected(MASKER_PODS, labels) && !isHostNetwork);
  const isZone = (name: string): boolean => Object.hasOwn(cluster.namespaces.get(name)?.labels ?? {}, ZONE_LABEL);
  const candidates = [...new Set(pods.map(({ namespace }) => namespace))].filter((name) => !isZone(name));
  const [only] = candidates.length === 1 ? candidates : candidates.filter((name) => name === MASKER_NAME);
  return only === undefined ? { candidates } : { found: only, candidates };
}

export function planOf(config: unknown, namespace: string, declared: readonly Conduit[] = []): Plan {
  const brokers = listOf(valueAt(config, "brokers"));
  return {
    masker: { namespace, pods: MASKER_PODS },
    doors: [doorOf(config, "publish", 8080), doorOf(config, "subscribe", 8081), doorOf(config, "admin", 9090)],
    ops: opsOf(config),
    upstreams: [...listedUpstreams(config), ...relayUpstreams(config)],
    brokers: brokers.map(brokerOf),
    conduits: [...DNS_CONDUITS, ...brokers.flatMap(brokerConduit), ...declared],
  };
}

const DOOR_ZONES = { publish: "raw", subscribe: "masked", admin: "ops" } as const;

function doorOf(config: unknown, name: keyof typeof DOOR_ZONES, usualPort: number): Door {
  const port = valueAt(config, "listeners", name, "listenPort");
  return { name, port: typeof port === "number" ? port : usualPort, from: DOOR_ZONES[name] };
}

/** Who reads metrics and health: those that the admin listener is for. */
function opsOf(config: unknown): PodChoice {
  const from = fieldsOf(valueAt(config, "listeners", "admin", "from"));
  const namespace = textOf(from["namespace"]);
  if (namespace === "") return { namespaces: namespaceNamed("monitoring"), pods: equals(APP_LABEL, "prometheus") };
  const labels = Object.entries(labelsOf(from["labels"])).flatMap(([key, value]) => equals(key, value));
  const role = textOf(from["role"]);
  return { namespaces: namespaceNamed(namespace), pods: [...labels, ...(role === "" ? [] : equals(ROLE_LABEL, role))] };
}

function listedUpstreams(config: unknown): Upstream[] {
  return listOf(valueAt(config, "upstreams")).map((value) => {
    const { name, port, cidrs, except } = fieldsOf(value);
    const holes = listOf(except).flatMap((text) => parseRange(textOf(text)) ?? []);
    const ranges = listOf(cidrs).flatMap((text): Interval[] => {
      const range = parseRange(textOf(text));
      return range === undefined ? [] : subtract(range, holes);
    });
    return {
      name: textOf(name),
      port: typeof port === "number" ? port : 443,
      ranges: ranges.length > 0 ? ranges : undefined,
    };
  });
}

/** Without a list of upstreams: the hosts of the relays, whose addresses nobody wrote down. */
function relayUpstreams(config: unknown): Upstream[] {
  if (listOf(valueAt(config, "upstreams")).length > 0) return [];
  return Object.entries(fieldsOf(valueAt(config, "relays"))).map(([name, relay]) => {
    const [, scheme, port] =
      /^(https?|wss?):\/\/[^/]*?(?::(\d{1,5}))?(?:[/?#]|$)/.exec(textOf(valueAt(relay, "url"))) ?? [];
    const usual = scheme === "http" || scheme === "ws" ? 80 : 443;
    return { name, port: port === undefined ? usual : Number(port), ranges: undefined };
  });
}

function brokerOf(value: unknown): Broker {
  const { name, zone, role, listenPort } = fieldsOf(value);
  return {
    name: textOf(name),
    to: { namespaces: equals(ZONE_LABEL, textOf(zone)), pods: equals(ROLE_LABEL, textOf(role) || "broker") },
    port: typeof listenPort === "number" ? listenPort : 0,
  };
}

/** A broker that both zones use, with the reason why that is safe. */
function brokerConduit(value: unknown): Conduit[] {
  const reason = textOf(fieldsOf(value)["conduit"]);
  const { name, to, port } = brokerOf(value);
  return reason === "" ? [] : [{ name, reason, to, ports: portSet("TCP", [{ first: port, last: port }]) }];
}

const DNS_REASON = "a DNS tunnel is possible: a name can carry data to whoever answers for its domain";
const dnsPorts = (port: number) =>
  unite(portSet("UDP", [{ first: port, last: port }]), portSet("TCP", [{ first: port, last: port }]));

/** Where clusters answer DNS: CoreDNS, OpenShift (5353 after translation), the node-local cache. */
const DNS_CONDUITS: readonly Conduit[] = [
  {
    name: "DNS",
    reason: DNS_REASON,
    to: { namespaces: namespaceNamed("kube-system"), pods: equals("k8s-app", "kube-dns") },
    ports: dnsPorts(53),
  },
  {
    name: "DNS",
    reason: DNS_REASON,
    to: {
      namespaces: namespaceNamed("openshift-dns"),
      pods: equals("dns.operator.openshift.io/daemonset-dns", "default"),
    },
    ports: dnsPorts(5353),
  },
  ...["169.254.20.10/32"].flatMap((text): Conduit[] => {
    const range = parseRange(text);
    return range === undefined ? [] : [{ name: "DNS", reason: DNS_REASON, to: range, ports: dnsPorts(53) }];
  }),
];
