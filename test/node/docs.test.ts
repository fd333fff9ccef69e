import { describe, expect, it } from "vitest";
import { BUILT_IN } from "../../src/core/detectors/index.ts";
import { ERRORS, SCORES, type Detector, type ErrorRow } from "../../src/core/index.ts";
import { METRICS } from "../../src/server/metrics.ts";

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
    "to 4499 mean that the client should reconnect with its position, 4500 to 4999 that it should not.",
    "",
    "| code | HTTP | close | try again | text |",
    "|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

const SCORE_MEANINGS: Readonly<Record<keyof typeof SCORES, string>> = {
  strong:
    "a strong validator: passes one random string in 90 or fewer (mod 97, a literal prefix and length, a decodable header)",
  ranged: "a weak checksum (Luhn) and a range or brand table",
  contextual: "a weak checksum and a context word",
  shaped: "a shape of its own, with separators and ranges",
  worded: "a shape and a context word",
  weak: "a weak checksum alone",
  bare: "a shape alone",
};

const SHOWN_CHARACTERS = 48;

/** One example in a table cell: one line, shortened, no character that would end the cell. */
function example(text: string): string {
  const line = JSON.stringify(text)
    .slice(1, -1)
    .replaceAll("|", String.raw`\|`)
    .replaceAll("`", "'");
  return `\`${line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line}\``;
}

function renderDetectors(detectors: readonly Detector[]): string {
  const examplesOf = (texts: readonly string[]): string => texts.slice(0, 3).map(example).join(", ");
  return [
    "# Detectors",
    "",
    "Generated from `src/core/detectors` by `test/node/docs.test.ts`; change them there, then run the test with `-u`. The order",
    "is the precedence: where two findings overlap, the earlier one names both.",
    "",
    "| entity | source | found | not found | context words |",
    "|---|---|---|---|---|",
    ...detectors.map(
      ({ entity, source, hits, misses, contextWords = [] }) =>
        `| ${entity} | ${source} | ${examplesOf(hits)} | ${examplesOf(misses)} | ${contextWords.length === 0 ? "" : contextWords.join(" ")} |`,
    ),
    "",
    "## Names that tell",
    "",
    "Under these names a value is found by the name alone: in JSON, NDJSON, JSON in events and in strings, CSV columns and",
    'forms the whole value of the field; in plain text what is written as `name=value`, `name: value` or `"name": "value"`.',
    "A name may be written in camelCase, with `_`, `-`, `.` or a blank between its words, with words before it and up to three",
    "digits behind it; what follows makes it another name (`password_policy`). Arrays inherit their name, objects do not.",
    "Empty values, `true`, `false`, `null`, templates (`${X}`, `{{x}}`), stars and masked values stay.",
    "",
    "| entity | values | names |",
    "|---|---|---|",
    ...detectors.flatMap(({ entity, keys }) =>
      keys === undefined
        ? []
        : [
            `| ${entity} | ${keys.takes === "text" ? "strings" : "strings, numbers"} | ${keys.names.names.join(", ")} |`,
          ],
    ),
    "",
    "## Scores",
    "",
    "A finding counts when its score reaches the policy's `threshold` (0.6 unless set).",
    "",
    "| score | for |",
    "|---|---|",
    ...Object.entries(SCORES).map(
      ([name, score]) => `| ${score.toFixed(2)} | ${SCORE_MEANINGS[name as keyof typeof SCORES]} |`,
    ),
    "",
  ].join("\n");
}

function renderMetrics(): string {
  return [
    "# Metrics",
    "",
    "Generated from `src/server/metrics.ts` by `test/node/docs.test.ts`. On `/metrics` of the admin listener, each with the prefix",
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

describe("the documentation", () => {
  it("lists every error of the table", async () => {
    await expect(renderErrors(ERRORS)).toMatchFileSnapshot("../../docs/errors.md");
  });

  it("lists every detector with examples, and what scores mean", async () => {
    await expect(renderDetectors(BUILT_IN)).toMatchFileSnapshot("../../docs/detectors.md");
  });

  it("lists every metric", async () => {
    await expect(renderMetrics()).toMatchFileSnapshot("../../docs/metrics.md");
  });
});
