/**
 * Sets of ports of the three protocols, exact.
 *
 * Intervals, sorted and disjoint; every operation keeps them so.
 */
import { PROTOCOLS, type Protocol } from "./model.ts";

export interface PortInterval {
  readonly first: number;
  readonly last: number;
}

export type PortSet = Readonly<Record<Protocol, readonly PortInterval[]>>;

export const LAST_PORT = 65_535;
const WHOLE: readonly PortInterval[] = [{ first: 1, last: LAST_PORT }];

export const ALL_PORTS: PortSet = { TCP: WHOLE, UDP: WHOLE, SCTP: WHOLE };
export const NO_PORTS: PortSet = { TCP: [], UDP: [], SCTP: [] };

export function portSet(protocol: Protocol, intervals: readonly PortInterval[] = WHOLE): PortSet {
  return { ...NO_PORTS, [protocol]: normalise(intervals) };
}

export function isEmpty(set: PortSet): boolean {
  return PROTOCOLS.every((protocol) => set[protocol].length === 0);
}

export function hasPort(set: PortSet, protocol: Protocol, port: number): boolean {
  return set[protocol].some(({ first, last }) => first <= port && port <= last);
}

export function unite(one: PortSet, other: PortSet): PortSet {
  if (one === ALL_PORTS || other === NO_PORTS) return one;
  if (other === ALL_PORTS || one === NO_PORTS) return other;
  return forEach((protocol) => normalise([...one[protocol], ...other[protocol]]));
}

export function intersect(one: PortSet, other: PortSet): PortSet {
  if (one === ALL_PORTS || other === NO_PORTS) return other;
  if (other === ALL_PORTS || one === NO_PORTS) return one;
  return forEach((protocol) =>
    one[protocol].flatMap((a) =>
      other[protocol]
        .map((b) => ({ first: Math.max(a.first, b.first), last: Math.min(a.last, b.last) }))
        .filter(({ first, last }) => first <= last),
    ),
  );
}

export function subtractPorts(one: PortSet, other: PortSet): PortSet {
  if (other === NO_PORTS) return one;
  return forEach((protocol) => {
    let rest = [...one[protocol]];
    for (const hole of other[protocol]) {
      rest = rest.flatMap(({ first, last }) =>
        [
          { first, last: Math.min(last, hole.first - 1) },
          { first: Math.max(first, hole.last + 1), last },
        ].filter((piece) => piece.first <= piece.last),
      );
    }
    return normalise(rest);
  });
}

/** `all`, or `TCP 80,8080-8090; UDP 53`. */
export function describePorts(set: PortSet): string {
  const isWhole = (protocol: Protocol): boolean => set[protocol].some((interval) => isAll(interval));
  if (PROTOCOLS.every(isWhole)) return "all";
  return PROTOCOLS.filter((protocol) => set[protocol].length > 0)
    .map((protocol) => {
      const texts = set[protocol].map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
      return `${protocol} ${isWhole(protocol) ? "all" : texts.join(",")}`;
    })
    .join("; ");
}

function isAll({ first, last }: PortInterval): boolean {
  return first === 1 && last === LAST_PORT;
}

function forEach(make: (protocol: Protocol) => readonly PortInterval[]): PortSet {
  return { TCP: make("TCP"), UDP: make("UDP"), SCTP: make("SCTP") };
}

function normalise(intervals: readonly PortInterval[]): PortInterval[] {
  const joined: PortInterval[] = [];
  for (const { first, last } of intervals.toSorted((a, b) => a.first - b.first)) {
    const previous = joined.at(-1);
    if (previous !== undefined && first <= previous.last + 1) {
      joined[joined.length - 1] = { first: previous.first, last: Math.max(previous.last, last) };
    } else joined.push({ first, last });
  }
  return joined;
}
