/**
 * Random policies in the kernel and in the evaluator: where the two differ.
 *
 * Owns one network for all sets. A set is known by its seed, and comes again by it alone.
 */
import type { Cluster } from "./cluster.ts";
import { compilePolicies } from "./compile.ts";
import { evaluatorOf } from "./evaluator.ts";
import { cellsOf, describeCell, probe, type Probed } from "./matrix.ts";
import type { Reading } from "./misreadings.ts";
import { startNetwork, type Network } from "./network.ts";
import { drawCluster, FUZZ_HOSTS, FUZZ_PORTS } from "./random-cluster.ts";

export interface FuzzedSet {
  readonly seed: number;
  readonly cluster: Cluster;
  readonly probed: readonly Probed[];
}

export const FUZZ_CELLS = cellsOf(FUZZ_HOSTS, FUZZ_PORTS);

export async function startFuzzNetwork(): Promise<Network> {
  const network = await startNetwork(FUZZ_HOSTS);
  await network.listen(FUZZ_PORTS);
  return network;
}

export async function fuzzSet(network: Network, seed: number): Promise<FuzzedSet> {
  const cluster = drawCluster(seed);
  network.filter(compilePolicies(cluster));
  return { seed, cluster, probed: await probe(network, FUZZ_CELLS) };
}

/** Cells that the kernel and the reading see differently, each as a sentence; empty: none. */
export function differences({ cluster, probed }: FuzzedSet, read: Reading = evaluatorOf): string[] {
  const isOpen = read(cluster);
  return probed
    .filter((cell) => isOpen(cell) !== cell.isOpen)
    .map(
      (cell) => `${describeCell(cell)}: packets say ${cell.answer}, evaluator says ${isOpen(cell) ? "open" : "shut"}`,
    );
}

/** What was neither opened nor refused: the network is at fault, not a policy. */
export function oddities({ probed }: FuzzedSet): string[] {
  return probed
    .filter(({ isOpen, answer }) => !isOpen && answer !== "refused")
    .map((cell) => `${describeCell(cell)}: ${cell.answer}`);
}
