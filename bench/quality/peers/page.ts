/**
 * The comparison with npm packages, as a part of docs/detectors.md.
 *
 * Owns the tables and what they say about their figures.
 */
import { FAILED, type Results, type Row } from "../../result.ts";
import { CORPORA, LOG, TYPES } from "../corpora.ts";
import { ALL, SECRET } from "../judge.ts";
import { measure } from "../summary.ts";
import { MASKWIRE, rowsOf, UNALIGNED_METRIC } from "./figures.ts";
import { NPM_PEERS } from "./peers.ts";

interface Shown {
  readonly name: string;
  readonly version: string;
  readonly rows: readonly Row[];
  readonly isClaimed: (subject: string) => boolean;
}

export function renderPeers({ machine, rows }: Results): string[] {
  const shown: readonly Shown[] = [
    { name: MASKWIRE, version: "", rows: rowsOf(rows, MASKWIRE), isClaimed: () => true },
    ...NPM_PEERS.map(({ name, version, claims }) => ({
      name,
      version,
      rows: rowsOf(rows, name),
      isClaimed: (subject: string) => subject in claims,
    })),
  ];
  const log = rows.find(({ bench, metric }) => bench === LOG && metric === "read")?.note ?? "";
  return [
    "## Beside packages of npm",
    "",
    `\`npm run eval -- --peers\` at commit \`${machine.commit}\`: the same corpora and the same judge, on a log of ${log}. Each package`,
    "runs as it comes, without options, on one text at a time. A type that a package does not say to find has no row and is not",
    "counted against it; its findings of other kinds count below, where they touch what has no label. Where a package gives only",
    "the redacted text, its findings are what its tokens stand for. Identity numbers of countries are left out.",
    "",
    "| type | package | precision % | recall % | leak % | false per MB of log |",
    "|---|---|---|---|---|---|",
    ...Object.keys(TYPES).flatMap((type) =>
      shown.filter(({ isClaimed }) => isClaimed(type)).map((one) => renderType(type, one)),
    ),
    "",
    "All findings of each, whatever their kind:",
    "",
    "| package | over-masked % of sentences | over-masked % of log | false per MB of log | secrets hidden | texts not aligned | says to find |",
    "|---|---|---|---|---|---|---|",
    ...shown.map(renderWhole),
    "",
    "*Secrets* are hidden by findings of any kind. In *texts not aligned* the tokens of a redacted text could not be told from the",
    "text: all that differs counts as one finding without a type.",
  ];
}

function renderType(type: string, { name, rows }: Shown): string {
  const { precision, recall, leak, falsePerMegabyte } = measure(rows, type);
  return `| ${[type, name, percent(precision), percent(recall), percent(leak), falsePerMegabyte?.toFixed(2) ?? ""].join(" | ")} |`;
}

function renderWhole({ name, version, rows, isClaimed }: Shown): string {
  const [sentences] = CORPORA;
  const read = figureOf(rows, LOG, "read");
  const falses = figureOf(rows, LOG, "false");
  const secrets = rows.filter(({ subject }) => subject === SECRET);
  const secretsOf = (metric: string): number => secrets.find((row) => row.metric === metric)?.value ?? 0;
  const peer = NPM_PEERS.find((one) => one.name === name);
  const claims = peer === undefined ? "all of these" : Object.keys(peer.claims).join(", ");
  const cells = [
    version === "" ? name : `${name} ${version}`,
    figureOf(rows, sentences.name, "over-masked")?.toFixed(2) ?? failureOf(rows, sentences.name),
    figureOf(rows, LOG, "over-masked")?.toFixed(2) ?? failureOf(rows, LOG),
    read === undefined || falses === undefined ? "" : (falses / read).toFixed(2),
    secrets.length === 0 || !isClaimed(SECRET) ? "" : `${secretsOf("hidden")} of ${secretsOf("values")}`,
    rows.filter(({ metric }) => metric === UNALIGNED_METRIC).reduce((sum, { value }) => sum + value, 0),
    peer === undefined || peer.limits === "" ? claims : `${claims} (${peer.limits})`,
  ];
  return `| ${cells.join(" | ")} |`;
}

function figureOf(rows: readonly Row[], corpus: string, name: string): number | undefined {
  return rows.find(({ bench, subject, metric }) => bench === corpus && subject === ALL && metric === name)?.value;
}

function failureOf(rows: readonly Row[], corpus: string): string {
  return rows.find(({ bench, metric }) => bench === corpus && metric === FAILED)?.note ?? "";
}

function percent(share: number | undefined): string {
  return share === undefined ? "" : (100 * share).toFixed(1);
}
