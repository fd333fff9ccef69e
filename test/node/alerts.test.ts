/** The rules of docs/alerts.yaml: each asks for metrics, labels and values that the server has. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ERRORS } from "../../src/core/index.ts";
import { METRICS } from "../../src/server/telemetry/metric-table.ts";
import { REPOSITORY } from "../support/repository.ts";

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}

const TEXT = readFileSync(join(REPOSITORY, "docs/alerts.yaml"), "utf8");
const { groups } = parse(TEXT) as {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
};
const RULES = groups.flatMap(({ rules }) => rules);
/** Values that are no codes of errors. */
const VALUES: Readonly<Record<string, readonly string[]>> = { result: ["fetched", "failed"] };

interface Use {
  readonly metric: string;
  readonly matchers: readonly (readonly [label: string, value: string])[];
}

function usesOf(expr: string): readonly Use[] {
  return [...expr.matchAll(/\bmaskwire_([a-z_]+)(?:\{([^}]*)\})?/g)].map(([, metric = "", matchers = ""]) => ({
    metric,
    matchers: [...matchers.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = "", value = ""]) => [label, value] as const),
  }));
}

/** A histogram is asked for by its parts. */
function rowOf(name: string): (typeof METRICS)[keyof typeof METRICS] | undefined {
  const whole = name.replace(/_(?:bucket|sum|count)$/, "");
  const key = (Object.hasOwn(METRICS, name) ? name : whole) as keyof typeof METRICS;
  const row = Object.hasOwn(METRICS, key) ? METRICS[key] : undefined;
  return row !== undefined && (row.kind === "histogram") === (key !== name) ? row : undefined;
}

describe.each(RULES.map((rule) => [rule.alert, rule] as const))("%s", (_, { expr, labels, annotations, ...rule }) => {
  it("asks for metrics of the server, with labels that they have", () => {
    const uses = usesOf(expr);
    expect(uses.length).toBeGreaterThan(0);
    for (const { metric, matchers } of uses) {
      const row = rowOf(metric);
      expect([metric, row]).toEqual([metric, expect.anything()]);
      const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, names = ""]) => names.split(/, */));
      const known: readonly string[] = [...(row?.labels ?? []), ...(row?.kind === "histogram" ? ["le"] : [])];
      const asked = [...matchers.map(([label]) => label), ...grouped];
      expect([metric, asked.filter((label) => !known.includes(label))]).toEqual([metric, []]);
      for (const [label, value] of matchers) expect(VALUES[label] ?? Object.keys(ERRORS)).toContain(value);
    }
  });

  it("is a rule as Prometheus reads it, and says what is wrong", () => {
    expect(Object.keys(rule).toSorted()).toEqual(rule.for === undefined ? ["alert"] : ["alert", "for"]);
    if (rule.for !== undefined) expect(rule.for).toMatch(/^\d+[mh]$/);
    expect(["page", "ticket"]).toContain(labels.severity);
    expect(annotations.summary).toMatch(/^[A-Z][^\n]{20,}$/);
    // As many brackets open as close, or it would be the whole file that Prometheus refuses.
    for (const [open, close] of ["()", "{}", "[]"]) expect(expr.split(open).length).toBe(expr.split(close).length);
    const shown = [...annotations.summary.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label);
    const kept = usesOf(expr).flatMap(({ metric }) => rowOf(metric)?.labels ?? []) as string[];
    for (const label of shown) {
      expect(kept).toContain(label);
      // What is summed has the labels of `by` only.
      if (/\bsum\b/.test(expr)) expect(expr).toMatch(new RegExp(`by \\([^)]*\\b${label}\\b`));
    }
  });
});

it("names each alert once", () => {
  const names = RULES.map(({ alert }) => alert);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThan(15);
});
