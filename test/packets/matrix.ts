/**
 * Every host against every other, on every port, as packets have it.
 *
 * Owns the order of the cells and what counts as open: the host that was meant answered, by its name.
 */
import type { Host } from "./cluster.ts";
import type { Answer, Network } from "./network.ts";

export interface Cell {
  readonly from: Host;
  readonly to: Host;
  readonly port: number;
}

export interface Probed extends Cell {
  readonly answer: Answer;
  readonly isOpen: boolean;
}

export function cellsOf(hosts: readonly Host[], ports: readonly number[]): Cell[] {
  return hosts.flatMap((from) =>
    hosts.filter((to) => to !== from).flatMap((to) => ports.map((port) => ({ from, to, port }))),
  );
}

/** Dials every cell; all hosts at once. */
export async function probe(network: Network, cells: readonly Cell[]): Promise<Probed[]> {
  const probed = network.hosts.map(async (host) => {
    const own = cells.filter(({ from }) => from.name === host.name);
    const answers = await network.dial(
      host.name,
      own.map(({ to, port }) => ({ address: to.address, port })),
    );
    return own.map((cell, index) => ({ ...cell, answer: answers[index], isOpen: answers[index] === cell.to.name }));
  });
  return (await Promise.all(probed)).flat();
}

export function describeCell({ from, to, port }: Cell): string {
  return `${from.name} > ${to.name}:${port}`;
}
