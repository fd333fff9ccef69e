/**
 * What the views of a feed cost: CPU and maskings an event, by the number of views and of subscribers.
 *
 * Owns a feed without sockets. Masking happens when an event is published, fan-out at the end of the loop turn, which is
 * run by hand: so each is measured apart.
 */
import process from "node:process";
import { compilePolicy, type Policy, type PolicySpec } from "../../src/core/index.ts";
import { Feed } from "../../src/server/feeds/feed.ts";
import { MemoryBroker } from "../../src/server/history/memory-broker.ts";
import { Metrics } from "../../src/server/telemetry/metrics.ts";
import type { Clock } from "../../src/server/host/clock.ts";
import { DEFAULT_SERVER_LIMITS } from "../../src/server/config/limits.ts";
import { Subscriber } from "../../src/server/subscribers/subscriber.ts";
import { TRANSPORT } from "../../src/server/subscribers/transports.ts";
import type { BenchContext } from "../context.ts";
import { openCorpus } from "../corpora/index.ts";
import type { Definition } from "../definition.ts";
import { rounded, type Row } from "../result.ts";
import { quantile } from "../statistics.ts";

const CORPUS_BYTES = 1_000_000;
const EVENTS_A_TURN = 50;
const LEAST_ROUNDS = 5;
const COUNTS = [
  { views: 1, subscribers: 0 },
  { views: 1, subscribers: 10 },
  { views: 1, subscribers: 300 },
  { views: 3, subscribers: 0 },
  { views: 3, subscribers: 10 },
  { views: 3, subscribers: 300 },
] as const;
const SPECS: readonly PolicySpec[] = [
  {},
  { operators: { default: { operator: "mask", keepLast: 4 } } },
  { operators: { default: { operator: "mask", keepLast: 0 } } },
];

interface Bench {
  readonly feed: Feed;
  readonly metrics: Metrics;
  /** Ends the loop turn. */
  readonly turn: () => void;
}

export async function runViews({ id, corpus }: Definition, context: BenchContext): Promise<Row[]> {
  const events = linesOf(openCorpus(corpus, CORPUS_BYTES).text);
  const policies = SPECS.map((spec) => compilePolicy(spec));
  const benches = COUNTS.map((count) => ({ ...count, bench: openBench(policies.slice(0, count.views), count) }));
  const masking = benches.map((): number[] => []);
  const fanOut = benches.map((): number[] => []);
  const untilMs = Date.now() + context.seconds * 1000;
  for (let round = 0; round < LEAST_ROUNDS || Date.now() < untilMs; round++) {
    // In turns, so that none has the warmer machine.
    benches.forEach(({ bench }, index) => {
      context.collect();
      const times = runRound(bench, events);
      masking[index]?.push(times.masking / events.length);
      fanOut[index]?.push(times.fanOut / events.length);
    });
    context.progress(Math.min(1, 1 - (untilMs - Date.now()) / (context.seconds * 1000)));
  }
  return benches.flatMap(({ views, subscribers, bench: { metrics } }, index): Row[] => {
    const published = metrics.series("events_published_total", "bench").value;
    const maskings = metrics.series("event_maskings_total", "bench").value / published;
    if (maskings !== views) throw new Error("an event was not masked once for each view");
    const row = (metric: string, value: number, unit: string): Row => ({
      bench: id,
      subject: `views ${views}, subscribers ${subscribers}`,
      metric,
      value: rounded(value),
      unit,
      note: `${events.length} events, half of the subscribers by SSE and half by WebSocket`,
    });
    return [
      row("maskings", maskings, "an event"),
      row("masking", quantile(masking[index] ?? [], 0.5), "CPU µs an event"),
      row("fan-out", quantile(fanOut[index] ?? [], 0.5), "CPU µs an event"),
    ];
  });
}

function runRound({ feed, turn }: Bench, events: readonly Uint8Array[]): { masking: number; fanOut: number } {
  let masking = 0;
  let fanOut = 0;
  for (let at = 0; at < events.length; at += EVENTS_A_TURN) {
    const start = process.cpuUsage();
    for (const event of events.slice(at, at + EVENTS_A_TURN)) void feed.tryPublish(event);
    const published = process.cpuUsage(start);
    const middle = process.cpuUsage();
    turn();
    const written = process.cpuUsage(middle);
    masking += published.user + published.system;
    fanOut += written.user + written.system;
  }
  return { masking, fanOut };
}

function openBench(policies: readonly Policy[], { subscribers }: { readonly subscribers: number }): Bench {
  const due: (() => void)[] = [];
  const idle = (): (() => void) => () => undefined;
  const clock: Clock = { now: () => Date.now(), soon: (run) => void due.push(run), after: idle, every: idle };
  const ports = { clock, random: (bytes: number) => new Uint8Array(bytes) };
  const limits = { ...DEFAULT_SERVER_LIMITS, historyMaxBytes: 1_048_576 };
  const metrics = new Metrics();
  const named = policies.map((policy, index) => [index === 0 ? "default" : `v${index}`, policy] as const);
  const source = new MemoryBroker({ limits, ports }).open();
  const rules = {
    policies: new Map(named),
    stageOf: () => undefined,
    markOf: (policy: Policy) => policy.name,
    eventTypes: [],
  };
  const feed = new Feed({ name: "bench", label: "bench", ...rules, limits, ports, metrics, source });
  void feed.follow();
  for (let index = 0; index < subscribers; index++) {
    const view = feed.view(named[index % named.length]?.[0]);
    new Subscriber({
      transport: index % 2 === 0 ? TRANSPORT.sse : TRANSPORT.websocket,
      outlet: {
        write: (batch) => void (index % 2 === 0 ? batch.joined : batch.frames).length,
        queuedBytes: () => 0,
        close: () => undefined,
        abort: () => undefined,
      },
      views: [view],
      resumes: [{ result: "new", cursor: 0, lost: 0 }],
      after: null,
      limits,
      ports,
      metrics,
    }).start();
  }
  const turn = (): void => due.splice(0).forEach((run) => run());
  return { feed, metrics, turn };
}

function linesOf(text: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0, end = text.indexOf(10); end !== -1; start = end + 1, end = text.indexOf(10, start))
    lines.push(text.slice(start, end));
  return lines;
}
