/** Every shipped overlay on packets: as the evaluator says, and no path from the raw zone but through the masker. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureKubectl } from "../support/kubectl.ts";
import { compilePolicies } from "./compile.ts";
import { demoCluster, OVERLAYS } from "./demo.ts";
import { evaluatorOf } from "./evaluator.ts";
import { whyNoLab } from "./lab.ts";
import { cellsOf, describeCell, probe } from "./matrix.ts";
import { startNetwork, type Network } from "./network.ts";
import { CROSSINGS, reachedFrom } from "./reach.ts";

const kubectl = ensureKubectl();
const reason = whyNoLab() || kubectl.reason;
if (reason !== "") console.warn(`the overlays were not tried on packets: ${reason}`);

const PORTS = [53, 443, 4222, 5353, 7080, 7081, 8080, 8081, 9090];
/** In force, and still of use. */
const NEEDED = [
  "raw/producer > maskwire/maskwire:8080",
  "masked/subscriber > maskwire/maskwire:8081",
  "maskwire/maskwire > maskwire/canary:7080",
];
describe.skipIf(reason !== "")("an overlay in packets", () => {
  const clusters = new Map(reason === "" ? OVERLAYS.map((overlay) => [overlay, demoCluster(kubectl, overlay)]) : []);
  let network: Network;
  beforeAll(async () => {
    network = await startNetwork(clusters.get("demo")?.hosts ?? []);
    await network.listen(PORTS);
  });
  afterAll(() => network.stop());

  it("is no fence before it is in force: the raw zone then reaches everybody", async () => {
    network.filter("");
    const probed = await probe(network, cellsOf(network.hosts, PORTS));
    expect(reachedFrom("raw", probed)).toHaveLength(network.hosts.length - CROSSINGS.length);
  });

  it.each(OVERLAYS)("opens what the evaluator says, and holds the raw zone: %s", async (overlay) => {
    const cluster = clusters.get(overlay) ?? demoCluster(kubectl, overlay);
    const isOpen = evaluatorOf(cluster);
    network.filter(compilePolicies(cluster));
    const probed = await probe(network, cellsOf(cluster.hosts, PORTS));
    expect(probed.filter((cell) => cell.isOpen !== isOpen(cell)).map(describeCell)).toEqual([]);
    expect(probed.filter(({ isOpen: open, answer }) => !open && answer !== "refused").map(describeCell)).toEqual([]);
    expect(reachedFrom("raw", probed).filter((name) => !name.startsWith("raw/"))).toEqual([]);
    const opened = probed.filter((cell) => cell.isOpen).map(describeCell);
    expect(opened).toEqual(expect.arrayContaining(NEEDED));
    expect(opened).not.toContain("maskwire/maskwire > maskwire/canary:7081");
  });
});
