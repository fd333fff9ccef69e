import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { renderDetectors, RESULTS } from "../../bench/quality/page.ts";
import { PEER_RESULTS } from "../../bench/quality/peers/figures.ts";
import { fromCsv } from "../../bench/result.ts";
import { ERRORS, type ErrorRow } from "../../src/core/index.ts";
import { METRICS } from "../../src/server/telemetry/metric-table.ts";
import { COMPARISON, type Comparison } from "../../bench/fanout/table.ts";
import { RESULTS as FANOUT, type FanoutResults } from "../fanout/main.ts";
import { renderFanout } from "../fanout/page.ts";
import { REPOSITORY } from "../support/repository.ts";

function renderErrors(errors: Readonly<Record<string, ErrorRow>>): string {
  const rows = Object.entries(errors).map(
    ([code, row]) => `| \`${code}\` | ${row.http} | ${row.close} | ${row.retry ? "yes" : "no"} | ${row.text} |`,
  );
  return [
    "# Errors",
    "",
    "Generated from `src/core/errors.ts` by `test/node/docs.test.ts`; change the table there, then run the test with `-u`.",
    "",
    'Over HTTP an error is `{"error":{"code","text"}}` with the status below; over WebSocket an `error` or `end` message',
    "and, where the connection ends, the close code. The text is constant: no error quotes what was sent. Close codes 4000",
    "to 4499 mean that the client should reconnect with its position, 4500 to 4999 that it should not; `reconnect` is what",
    "the `end` message says. Over HTTP 429 and 503 come with `Retry-After`.",
    "",
    "| code | HTTP | close | reconnect | text |",
    "|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

function renderMetrics(): string {
  return [
    "# Metrics",
    "",
    "Generated from `src/server/telemetry/metric-table.ts` by `test/node/docs.test.ts`. On `/metrics` of the admin listener, each with the prefix",
    "`maskwire_`. Label values come from the configuration or from constants; feeds that only `*` names share the label `*`.",
    "",
    "| metric | kind | labels | meaning |",
    "|---|---|---|---|",
    ...Object.entries(METRICS).map(
      ([name, { kind, help, labels }]) => `| \`${name}\` | ${kind} | ${labels.join(", ")} | ${help} |`,
    ),
    "",
  ].join("\n");
}

it.each(Object.entries<ErrorRow>(ERRORS).filter(([, { close }]) => close >= 4000))(
  "the close code of %s says as much as its row: connect again, or do not",
  (_, { close, retry }) => {
    expect(close < 4500).toBe(retry);
  },
);

describe("a metric", () => {
  const files = readdirSync(join(REPOSITORY, "test"), { recursive: true, encoding: "utf8" });
  const texts = files
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join(REPOSITORY, "test", file), "utf8"));

  // Whole names: that of one may begin another's.
  it.each(Object.keys(METRICS))("is asked for by a test: %s", (name) => {
    const named = new RegExp(`(?<![a-z]_|[a-z])(?:maskwire_)?${name}(?![a-z]|_(?!bucket|count|sum))`);
    expect(texts.some((text) => named.test(text))).toBe(true);
  });
});

describe("the documentation", () => {
  it("lists every error of the table", async () => {
    await expect(renderErrors(ERRORS)).toMatchFileSnapshot("../../docs/errors.md");
  });

  it("lists every detector with examples, what it measured, and what scores mean", async () => {
    const results = fromCsv(readFileSync(join(REPOSITORY, RESULTS), "utf8"));
    const peers = fromCsv(readFileSync(join(REPOSITORY, PEER_RESULTS), "utf8"));
    await expect(renderDetectors(results, peers)).toMatchFileSnapshot("../../docs/detectors.md");
  });

  it("shows what the fan-out measured", async () => {
    const results = JSON.parse(readFileSync(join(REPOSITORY, FANOUT), "utf8")) as FanoutResults;
    const comparison = JSON.parse(readFileSync(join(REPOSITORY, COMPARISON), "utf8")) as Comparison;
    await expect(renderFanout(results, comparison)).toMatchFileSnapshot("../../docs/fanout.md");
  });

  it("lists every metric", async () => {
    await expect(renderMetrics()).toMatchFileSnapshot("../../docs/metrics.md");
  });
});
