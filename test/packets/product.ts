/**
 * The product among its neighbours: real maskwire, a real NATS as raw broker, and whoever would like to get past them.
 *
 * Owns who runs where, and the broker's three policies. Everything else is the demo overlay as it is rendered.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureCommand, type CommandLookup } from "../support/debian.ts";
import type { Labels, NetworkPolicy, PolicyPeer } from "../support/kubernetes-objects.ts";
import { compilePolicies } from "./compile.ts";
import { policyOf, type Cluster } from "./cluster.ts";
import { PORTS } from "./demo.ts";
import { startNetwork, type Network, type Program, type Target } from "./network.ts";

export const MASKER = "maskwire/maskwire";
export const PRODUCER = "raw/producer";
export const BROKER = "raw/broker";
export const SUBSCRIBER = "masked/subscriber";
export const PROMETHEUS = "monitoring/prometheus";
export const ROGUE = "elsewhere/rogue";
export const BROKER_PORT = 4222;
const NATS = ["nats-server", "--addr", "0.0.0.0", "--port", String(BROKER_PORT)];
const OWN_PORTS: Readonly<Record<string, readonly number[]>> = {
  [MASKER]: [8080, 8081, 9090],
  [BROKER]: [BROKER_PORT],
};

export interface Product {
  readonly network: Network;
  readonly masker: Program;
  addressOf(host: string): string;
  /** Puts these policies in force, or none. */
  enforce(policies: readonly NetworkPolicy[]): void;
  /** Resolves once somebody subscribes. */
  untilSubscribed(): Promise<void>;
  /** Writes keys over the running server's configuration file; it takes them over by itself. */
  reconfigure(keys: object): void;
  stop(): Promise<void>;
}

export function ensureNats(): CommandLookup {
  return ensureCommand("nats-server", "nats-server");
}

/** Everybody listens on every port of the demo, where the product does not; no policy is in force yet. NATS runs if it has a host. */
export async function startProduct(cluster: Cluster, keys: object = {}): Promise<Product> {
  const network = await startNetwork(cluster.hosts);
  const folder = mkdtempSync(join(tmpdir(), "maskwire-product-"));
  const file = join(folder, "maskwire.yaml");
  const reconfigure = (more: object): void =>
    writeFileSync(file, JSON.stringify({ ...configuration(), ...keys, ...more }));
  const stop = async (): Promise<void> => {
    await network.stop();
    rmSync(folder, { recursive: true });
  };
  try {
    reconfigure({});
    await Promise.all(
      cluster.hosts.map((host) => {
        const taken = OWN_PORTS[host.name] ?? [];
        const free = PORTS.filter((port) => !taken.includes(port));
        return network.listen(free, [host]);
      }),
    );
    const hasBroker = cluster.hosts.some(({ name }) => name === BROKER);
    if (hasBroker) await network.program(BROKER, NATS).untilPrinted("Server is ready");
    const masker = network.maskwire(MASKER, ["serve", "--config", file]);
    await masker.untilPrinted(`"listeners":"subscribe"`);
    return {
      network,
      masker,
      addressOf: (name) => cluster.hosts.find((host) => host.name === name)?.address ?? "",
      enforce: (policies) => network.filter(policies.length === 0 ? "" : compilePolicies({ ...cluster, policies })),
      untilSubscribed: () => untilSubscribed(network, cluster),
      reconfigure,
      stop,
    };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

/** As Prometheus sees it: the only one who may ask. */
export async function untilSubscribed(network: Network, { hosts }: Cluster): Promise<void> {
  const masker = hosts.find(({ name }) => name === MASKER);
  for (;;) {
    const { text } = await network.request(PROMETHEUS, `http://${masker?.address}:9090/metrics`);
    // One that may not stay long may be gone again by the time of a look.
    if (/^maskwire_(?:subscribers\{.*\}|disconnects_total\{reason="AGE_LIMIT"\}) 1$/m.test(text)) return;
  }
}

/** Every other host, on both sides of every port that anybody or any policy knows: between two of these nothing changes. */
export function everyTarget({ hosts }: Cluster, from: string): Target[] {
  const ports = new Set([1, 65_535, ...PORTS.flatMap((port) => [port - 1, port, port + 1])]);
  return hosts
    .filter(({ name }) => name !== from)
    .flatMap(({ address }) => [...ports].map((port) => ({ address, port })));
}

function configuration(): object {
  const listener = (listenPort: number): object => ({ host: "0.0.0.0", listenPort, unsafeNoAuthentication: true });
  return {
    listeners: { publish: listener(8080), subscribe: listener(8081), admin: listener(9090) },
    feeds: { "*": {} },
    relays: { vendor: { url: "https://198.51.100.10/events" } },
  };
}

/** What the zones need to have a raw broker of their own, which the masker may read. */
export function withBroker(demo: Cluster): Cluster {
  const masker = { "app.kubernetes.io/name": "maskwire" };
  const broker = { "maskwire.dev/role": "broker" };
  const producer = { "maskwire.dev/role": "producer" };
  const peer = (namespace: string, matchLabels: Labels): PolicyPeer => ({
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    podSelector: { matchLabels },
  });
  const ports = [{ port: BROKER_PORT, protocol: "TCP" }];
  const egress = [{ to: [peer("raw", broker)], ports }];
  const ingress = [{ from: [peer("raw", producer), peer("maskwire", masker)], ports }];
  const policies = [
    policyOf("raw/producer-to-broker", { podSelector: { matchLabels: producer }, policyTypes: ["Egress"], egress }),
    policyOf("raw/broker-ingress", { podSelector: { matchLabels: broker }, policyTypes: ["Ingress"], ingress }),
    policyOf("maskwire/maskwire-pull-raw-broker", {
      podSelector: { matchLabels: masker },
      policyTypes: ["Egress"],
      egress,
    }),
  ];
  return { ...demo, policies: [...demo.policies, ...policies] };
}
