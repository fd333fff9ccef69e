/**
 * Counts what the server does, and writes it as Prometheus text.
 *
 * Owns the series. A label value comes from the configuration or from a table of ours, never from a request: a name out of
 * a request would be payload, and would make series without end.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import type { ServerConfig } from "../config/config.ts";
import { writeOneWay } from "../config/one-way.ts";
import type { Clock } from "../host/clock.ts";
import { hexOf } from "../hex.ts";
import { encodeText } from "../text.ts";
import { METRICS, type MetricName, type MetricRow } from "./metric-table.ts";

/** Of a digest: enough to tell configurations apart, and too little to be more than a name. */
const HASH_BYTES = 6;

/** One line, or one histogram. Whoever counts often keeps it instead of asking by name. */
export interface Series {
  /** As they are written. */
  readonly labels: string;
  value: number;
  /** Of a histogram: observations not above each bound, and their number. */
  readonly counts: number[];
  readonly bounds: readonly number[];
  observations: number;
}

/** Two looks at the clock and some additions each time; allocates nothing. */
export interface Stopwatch {
  /** For `end`; undefined when it is not timed. */
  begin(): number | undefined;
  end(beganMs: number | undefined): void;
}

export class Metrics {
  readonly #series = new Map<MetricName, Map<string, Series>>();

  /** Adds to a counter or gauge; `labels` in the order of the table. */
  add(name: MetricName, value: number, ...labels: string[]): void {
    this.series(name, ...labels).value += value;
  }

  set(name: MetricName, value: number, ...labels: string[]): void {
    this.series(name, ...labels).value = value;
  }

  /** Takes all lines of a metric back: nothing is known of it any more. */
  clear(name: MetricName): void {
    this.#series.delete(name);
  }

  /** From now on this configuration is in force; equal ones have one hash, on whatever node. */
  tellConfig(config: ServerConfig, version: string): void {
    const digest = sha256(encodeText(writeOneWay(config)));
    const hash = hexOf(digest.subarray(0, HASH_BYTES));
    this.clear("config_info");
    this.set("config_info", 1, hash, version);
  }

  observe(name: MetricName, value: number, ...labels: string[]): void {
    observeIn(this.series(name, ...labels), value);
  }

  /** For a histogram of times: the first of every so many is timed, and none where the host has no fine clock. */
  stopwatch({ elapsedMs }: Pick<Clock, "elapsedMs">, every: number, name: MetricName, label: string): Stopwatch {
    const series = this.series(name, label);
    let begun = 0;
    return {
      begin: () => (elapsedMs !== undefined && begun++ % every === 0 ? elapsedMs() : undefined),
      end(beganMs) {
        if (elapsedMs !== undefined && beganMs !== undefined) observeIn(series, (elapsedMs() - beganMs) / 1000);
      },
    };
  }

  series(name: MetricName, ...values: string[]): Series {
    let rows = this.#series.get(name);
    if (rows === undefined) this.#series.set(name, (rows = new Map()));
    const key = values.join("\n");
    let series = rows.get(key);
    if (series === undefined) {
      const names: readonly string[] = METRICS[name].labels;
      const labels = names.map((label, index) => `${label}="${escapeLabel(values[index] ?? "")}"`).join(",");
      const bounds = bucketsOf(name);
      rows.set(key, (series = { labels, value: 0, counts: bounds.map(() => 0), bounds, observations: 0 }));
    }
    return series;
  }

  /** The text exposition format 0.0.4. */
  render(): string {
    const lines: string[] = [];
    for (const name of Object.keys(METRICS) as MetricName[]) {
      const { kind, help } = METRICS[name];
      lines.push(`# HELP maskwire_${name} ${help}`, `# TYPE maskwire_${name} ${kind}`);
      for (const series of this.#series.get(name)?.values() ?? []) {
        if (kind === "histogram") lines.push(...histogramLines(name, series));
        else lines.push(`maskwire_${name}${braces(series.labels)} ${series.value}`);
      }
    }
    return `${lines.join("\n")}\n`;
  }
}

function observeIn(series: Series, value: number): void {
  const { counts, bounds } = series;
  series.value += value;
  series.observations++;
  for (let index = bounds.length - 1; index >= 0 && value <= bounds[index]; index--) counts[index]++;
}

function bucketsOf(name: MetricName): readonly number[] {
  const row: MetricRow = METRICS[name];
  return row.buckets ?? [];
}

function histogramLines(name: MetricName, series: Series): string[] {
  const { labels, bounds } = series;
  const prefix = labels === "" ? "" : `${labels},`;
  const lines = bounds.map((bound, index) => `maskwire_${name}_bucket{${prefix}le="${bound}"} ${series.counts[index]}`);
  lines.push(`maskwire_${name}_bucket{${prefix}le="+Inf"} ${series.observations}`);
  lines.push(`maskwire_${name}_sum${braces(labels)} ${series.value}`);
  lines.push(`maskwire_${name}_count${braces(labels)} ${series.observations}`);
  return lines;
}

function braces(labels: string): string {
  return labels === "" ? "" : `{${labels}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
