/** The shipped policies on real packets: who reaches whom, on which port, and that without them everybody does. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureKubectl } from "../support/kubectl.ts";
import { compilePolicies } from "./compile.ts";
import { demoCluster, PORTS } from "./demo.ts";
import { evaluatorOf } from "./evaluator.ts";
import { whyNoLab } from "./lab.ts";
import { cellsOf, describeCell, probe, type Cell, type Probed } from "./matrix.ts";
import { startNetwork, type Network } from "./network.ts";

const kubectl = ensureKubectl();
const reason = whyNoLab() || kubectl.reason;
if (reason !== "") console.warn(`packets were not tried: ${reason}`);

/** What the demo overlay means to allow between places that have policies, and nothing else. */
const MEANT = [
  "masked/other > kube-system/dns:53",
  "masked/subscriber > kube-system/dns:53",
  "masked/subscriber > maskwire/maskwire:8081",
  "maskwire/canary > kube-system/dns:53",
  "maskwire/maskwire > kube-system/dns:53",
  "maskwire/maskwire > vendor:443",
  "monitoring/prometheus > maskwire/maskwire:9090",
  "raw/broker > kube-system/dns:53",
  "raw/other > kube-system/dns:53",
  "raw/producer > kube-system/dns:53",
  "raw/producer > maskwire/maskwire:8080",
];
const GUARDED: readonly (string | undefined)[] = ["maskwire", "raw", "masked"];

describe.skipIf(reason !== "")("the demo overlay in packets", () => {
  const cluster = demoCluster(kubectl);
  const cells = cellsOf(cluster.hosts, PORTS);
  let network: Network;
  beforeAll(async () => {
    network = await startNetwork(cluster.hosts);
    await network.listen(PORTS);
  });
  afterAll(() => network.stop());

  it("everybody reaches everybody when no policy is in force", async () => {
    network.filter("");
    expect((await probe(network, cells)).filter(({ isOpen }) => !isOpen).map(describeCell)).toEqual([]);
  });

  it("opens what the overlay means to open, and refuses everything else to and from the zones", async () => {
    network.filter(compilePolicies(cluster));
    const probed = await probe(network, cells);
    expect(
      probed
        .filter(isGuarded)
        .filter(({ isOpen }) => isOpen)
        .map(describeCell)
        .toSorted(),
    ).toEqual(MEANT);
    expect(answersOf(probed.filter(({ isOpen }) => !isOpen))).toEqual(["refused"]);
  });

  it("opens and refuses every cell as the product's evaluator says", async () => {
    const isAllowed = evaluatorOf(cluster);
    const differences = (await probe(network, cells)).filter((cell) => cell.isOpen !== isAllowed(cell));
    expect(differences.map(describeCell)).toEqual([]);
  });

  it("leaves those alone whom no policy selects", async () => {
    const probed = await probe(
      network,
      cells.filter((cell) => !isGuarded(cell)),
    );
    expect(probed.filter(({ isOpen }) => !isOpen).map(describeCell)).toEqual([]);
  });
});

function isGuarded({ from, to }: Cell): boolean {
  return GUARDED.includes(from.pod?.namespace) || GUARDED.includes(to.pod?.namespace);
}

function answersOf(probed: readonly Probed[]): string[] {
  return [...new Set(probed.map(({ answer }) => answer))];
}
