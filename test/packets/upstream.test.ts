/** The cases of Kubernetes' own end-to-end tests, on packets: the kernel opens what their rows say. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROWS, type Row } from "../kubernetes/netpolicy/e2e-rows.ts";
import { podHost, policyOf, type Cluster, type NamedPort } from "./cluster.ts";
import { compilePolicies } from "./compile.ts";
import { evaluatorOf } from "./evaluator.ts";
import { whyNoLab } from "./lab.ts";
import { cellsOf, describeCell, probe } from "./matrix.ts";
import { startNetwork, type Network } from "./network.ts";

const reason = whyNoLab();
if (reason !== "") console.warn(`the upstream cases were not tried on packets: ${reason}`);

const PLACES = ["x", "y", "z"];
const PODS = ["a", "b", "c"];
const PORTS = [80, 81];
const NAMED: readonly NamedPort[] = PORTS.flatMap((containerPort) =>
  ["TCP", "UDP", "SCTP"].map((protocol) => ({
    name: `serve-${containerPort}-${protocol.toLowerCase()}`,
    containerPort,
    protocol,
  })),
);

function clusterOf({ policies, labels = {} }: Pick<Row, "policies" | "labels">): Cluster {
  const pods = PLACES.flatMap((place, net) =>
    PODS.map((pod, index) =>
      podHost(`${place}/${pod}`, `10.0.${net + 1}.${index + 1}`, {
        labels: { pod, ...labels[`${place}/${pod}`] },
        ports: NAMED,
      }),
    ),
  );
  return {
    hosts: [...pods, { name: "out", address: "203.0.113.9" }],
    namespaces: Object.fromEntries(PLACES.map((name) => [name, { ns: name, ...labels[name] }])),
    policies: Object.entries(policies).flatMap(([place, specs]) =>
      specs.map((spec, index) => policyOf(`${place}/policy-${index}`, spec)),
    ),
  };
}

describe.skipIf(reason !== "")("a case of the upstream tests in packets", () => {
  let network: Network;
  beforeAll(async () => {
    network = await startNetwork(clusterOf({ policies: {} }).hosts);
    await network.listen(PORTS);
  });
  afterAll(() => network.stop());

  it.each(ROWS.map((row) => [row.name, row] as const))("is as its row says: %s", async (_name, row) => {
    const cluster = clusterOf(row);
    const isOpen = evaluatorOf(cluster);
    network.filter(compilePolicies(cluster));
    const probed = await probe(network, cellsOf(cluster.hosts, PORTS));
    expect(probed.filter((cell) => cell.isOpen !== isOpen(cell)).map(describeCell)).toEqual([]);
  });
});
