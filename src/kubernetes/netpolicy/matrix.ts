/** Who may open whom, and what differs between two sets of objects. */
import type { Evaluator } from "./evaluate.ts";
import { endName, isPod, type End } from "./model.ts";
import { describePorts, isEmpty } from "./port-set.ts";
import type { World } from "./world.ts";

export interface Opening {
  readonly from: string;
  readonly to: string;
  readonly ports: string;
}

/** Every pair of which one may open the other; the outside only with pods. */
export function matrixOf({ pods, outside }: World, evaluator: Evaluator): Opening[] {
  const ends: End[] = [...pods, ...outside];
  return ends.flatMap((from) =>
    ends
      .filter((to) => to !== from && (isPod(from) || isPod(to)))
      .flatMap((to) => {
        const ports = evaluator.portsBetween(from, to);
        return isEmpty(ports) ? [] : [{ from: endName(from), to: endName(to), ports: describePorts(ports) }];
      }),
  );
}

export function describeMatrix(openings: readonly Opening[]): string {
  const width = (part: "from" | "to"): number => openings.reduce((most, one) => Math.max(most, one[part].length), 0);
  const [from, to] = [width("from"), width("to")];
  return openings.map((one) => `${one.from.padEnd(from)} -> ${one.to.padEnd(to)}  ${one.ports}\n`).join("");
}

export interface Change {
  readonly from: string;
  readonly to: string;
  readonly before: string;
  readonly after: string;
}

export function changesBetween(before: readonly Opening[], after: readonly Opening[]): Change[] {
  const keyOf = ({ from, to }: Opening): string => `${from} -> ${to}`;
  const [old, now] = [before, after].map((all) => new Map(all.map((one) => [keyOf(one), one])));
  return [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])].flatMap((key) => {
    const [was, is] = [old?.get(key), now?.get(key)];
    const { from, to } = (was ?? is) as Opening;
    const change = { from, to, before: was?.ports ?? "nothing", after: is?.ports ?? "nothing" };
    return change.before === change.after ? [] : [change];
  });
}
