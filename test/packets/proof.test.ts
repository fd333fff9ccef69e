/** What somebody adds to the demo's policies, proved and on packets: PROVED is never said where packets find a way. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { Random } from "../../bench/corpora/random.ts";
import { kubernetesObject, verify } from "../../src/kubernetes/index.ts";
import { ensureKubectl, renderManifests } from "../support/kubectl.ts";
import { ofKind, type LabelSelector, type NetworkPolicy, type PolicyPeer } from "../support/kubernetes-objects.ts";
import { REPOSITORY } from "../support/repository.ts";
import { policyOf, type Cluster } from "./cluster.ts";
import { compilePolicies } from "./compile.ts";
import { demoCluster } from "./demo.ts";
import { whyNoLab } from "./lab.ts";
import { cellsOf, probe } from "./matrix.ts";
import { startNetwork, type Network } from "./network.ts";
import { reachedFrom } from "./reach.ts";

const kubectl = ensureKubectl();
const reason = whyNoLab() || kubectl.reason;
if (reason !== "") console.warn(`the proof was not tried on packets: ${reason}`);

const SETS = 20;
const ADDED_LIMIT = 6;
const PORTS = [53, 443, 4222, 8080, 8081];
const ZONE = "maskwire.dev/zone";
const PLACES: readonly LabelSelector[] = [
  {},
  { matchLabels: { [ZONE]: "raw" } },
  { matchLabels: { [ZONE]: "masked" } },
  { matchLabels: { "kubernetes.io/metadata.name": "elsewhere" } },
  { matchExpressions: [{ key: ZONE, operator: "DoesNotExist" }] },
];
const PODS: readonly LabelSelector[] = [
  {},
  ...["producer", "subscriber", "broker"].map((role) => ({ matchLabels: { "maskwire.dev/role": role } })),
];
const RANGES = ["10.1.5.0/24", "10.1.0.0/16", "203.0.113.0/24"];

/** Policies that others might add to the zones: few open anything by themselves, some do together. */
function drawAdded(random: Random): NetworkPolicy[] {
  const peer = (): PolicyPeer =>
    random.pick<PolicyPeer>([
      { podSelector: random.pick(PODS) },
      { namespaceSelector: random.pick(PLACES), podSelector: random.pick(PODS) },
      { ipBlock: { cidr: random.pick(RANGES) } },
    ]);
  return Array.from({ length: random.int(1, ADDED_LIMIT) }, (_, index) => {
    const ports = random.pick([[], [{ port: 4222, protocol: "TCP" }], [{ port: 443, endPort: 9_000 }]]);
    const name = `${random.pick(["raw", "masked", "elsewhere"])}/added-${index}`;
    const podSelector = random.pick(PODS);
    return random.next() < 0.5
      ? policyOf(name, { podSelector, policyTypes: ["Ingress"], ingress: [{ from: [peer()], ports }] })
      : policyOf(name, { podSelector, policyTypes: ["Egress"], egress: [{ to: [peer()], ports }] });
  });
}

/** Pods as a cluster would show them; maskwire and its canary are in the manifests. */
function podsOf({ hosts }: Cluster): object[] {
  return hosts.flatMap(({ name, address, pod }) =>
    pod === undefined || pod.namespace === "maskwire"
      ? []
      : [
          {
            kind: "Pod",
            metadata: { name: name.split("/")[1], namespace: pod.namespace, labels: pod.labels },
            status: { podIP: address },
          },
        ],
  );
}

describe.skipIf(reason !== "")("the proof", () => {
  const demo = demoCluster(kubectl);
  const found: { readonly seed: number; readonly verdict: string; readonly reached: readonly string[] }[] = [];
  let network: Network;
  beforeAll(async () => {
    const rendered = renderManifests(kubectl.path ?? "", join(REPOSITORY, "manifests/overlays/demo"));
    const [config = ""] = ofKind(rendered, "ConfigMap").flatMap(({ data = {} }) => Object.values(data));
    network = await startNetwork(demo.hosts);
    await network.listen(PORTS);
    for (let seed = 1; seed <= SETS; seed++) {
      const added = drawAdded(new Random(seed));
      network.filter(compilePolicies({ ...demo, policies: [...demo.policies, ...added] }));
      const reached = reachedFrom("raw", await probe(network, cellsOf(demo.hosts, PORTS)));
      const objects = [...rendered, ...podsOf(demo), ...added].map((object) => kubernetesObject(object));
      const { verdict } = verify({ objects, config: parse(config) as unknown, world: "closed" });
      found.push({ seed, verdict, reached: reached.filter((name) => !name.startsWith("raw/")) });
    }
  });
  afterAll(() => network.stop());

  it("says LEAK wherever packets find a way out of the raw zone", () => {
    const ways = found.filter(({ reached }) => reached.length > 0);
    expect(ways).not.toEqual([]);
    expect(ways.filter(({ verdict }) => verdict !== "LEAK")).toEqual([]);
  });

  it("says PROVED where there is none, at times", () => {
    expect(found.filter(({ verdict, reached }) => verdict === "PROVED" && reached.length === 0)).not.toEqual([]);
    expect(found.filter(({ verdict }) => verdict === "UNKNOWN")).toEqual([]);
  });
});
