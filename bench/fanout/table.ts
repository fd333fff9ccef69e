/** What was measured, as a table. Owns its figures, their bars and the words around them. */
import type { Wire } from "../../test/fanout/client.ts";
import type { Machine } from "../result.ts";
import { median } from "../statistics.ts";
import type { TargetName } from "./target.ts";

/** What `--keep` leaves, and the documentation shows. */
export const COMPARISON = "bench/results/fanout.json";

export const NAMES = { sse: "SSE", websocket: "WebSocket" } as const;

export interface Phase {
  readonly cpuMicros: number;
  readonly perSecond: number;
  readonly p99Ms: number;
}

export interface Run {
  readonly wire: Wire;
  readonly target: TargetName;
  readonly paced: Phase;
  readonly rushed: Phase;
  readonly lost: number;
  readonly duplicates: number;
  readonly leaks: number;
}

export interface Comparison {
  readonly machine: Machine;
  readonly subscribers: number;
  readonly repeat: number;
  readonly runs: readonly Run[];
}

interface Figure {
  readonly name: string;
  readonly of: (run: Run) => number;
  /** maskwire ÷ nchan is to be at most, or at least, this. */
  readonly atMost?: number;
  readonly atLeast?: number;
  readonly digits: number;
}

const FIGURES: readonly Figure[] = [
  {
    name: "CPU µs per delivered event, 30 events a second",
    of: ({ paced }) => paced.cpuMicros,
    atMost: 1.1,
    digits: 2,
  },
  { name: "p99 in ms, 30 events a second", of: ({ paced }) => paced.p99Ms, atMost: 1.5, digits: 0 },
  { name: "delivered a second, closed loop", of: ({ rushed }) => rushed.perSecond, atLeast: 1, digits: 0 },
  { name: "CPU µs per delivered event, closed loop", of: ({ rushed }) => rushed.cpuMicros, digits: 2 },
];

export function renderComparison({ machine, subscribers, repeat, runs }: Comparison): string {
  const lines = [
    `Measured on ${machine.date} at commit ${machine.commit}: ${machine.cpu}, Node ${machine.node}, producers and subscribers on the`,
    `same machine. ${subscribers.toLocaleString("en-US")} subscribers, events of some 250 bytes with personal data, one nginx worker; maskwire masks by its`,
    `default policy, nchan masks nothing. Medians of ${repeat}, both servers in turn.`,
    "",
    "| | maskwire | nchan | maskwire ÷ nchan | bar |",
    "|---|---|---|---|---|",
  ];
  for (const wire of new Set(runs.map((run) => run.wire))) {
    const of = (target: TargetName): Run[] => runs.filter((run) => run.wire === wire && run.target === target);
    for (const { name, of: figureOf, atMost, atLeast, digits } of FIGURES) {
      const [ours, theirs] = [median(of("maskwire").map(figureOf)), median(of("nchan").map(figureOf))];
      const ratio = ours / theirs;
      const bar = atMost === undefined ? (atLeast === undefined ? "" : `≥ ${atLeast}`) : `≤ ${atMost}`;
      const isMissed = ratio > (atMost ?? Infinity) || ratio < (atLeast ?? 0);
      const cells = [`${NAMES[wire]}: ${name}`, written(ours, digits), written(theirs, digits), ratio.toFixed(2)];
      lines.push(`| ${[...cells, isMissed ? `${bar}, missed` : bar].join(" | ")} |`);
    }
    const faults = (target: TargetName): string => {
      const sum = (figureOf: (run: Run) => number): number => of(target).reduce((all, run) => all + figureOf(run), 0);
      return `${sum(({ lost }) => lost)}, ${sum(({ duplicates }) => duplicates)}, ${sum(({ leaks }) => leaks)}`;
    };
    lines.push(`| ${NAMES[wire]}: lost, repeated, seen raw | ${faults("maskwire")} | ${faults("nchan")} | | 0, 0, 0 |`);
  }
  return `${lines.join("\n")}\n`;
}

function written(value: number, digits: number): string {
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
