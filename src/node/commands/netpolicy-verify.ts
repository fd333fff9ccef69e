/** `maskwire netpolicy verify` and `lint`: objects in, a verdict or findings out, in the format that was asked for. */
import { readFile } from "node:fs/promises";
import { parseDocument } from "yaml";
import {
  describeFinding,
  describeReport,
  reportValue,
  sarifOf,
  svgOf,
  exitCodeOf,
  findingValue,
  mermaidOf,
  pictureOf,
  verify as verifyObjects,
  type Conduit,
  type KubernetesObject,
  type Report,
} from "../../kubernetes/index.ts";
import type { Arguments } from "../command.ts";
import { tell, type ExitCode, type Io } from "../io.ts";
import { ObjectsUnreadable, readObjectsAt } from "../kubernetes-files.ts";
import type { ReadObjects } from "../kubernetes-objects.ts";
import { createOutput } from "../output.ts";
import { readFailure } from "../read-failure.ts";
import { parseConduit } from "./netpolicy-places.ts";

const REPORT_FORMATS = {
  text: describeReport,
  json: (report: Report) => toJson(reportValue(report)),
  sarif: (report: Report) => toJson(sarifOf(report)),
  mermaid: (report: Report) => mermaidOf(pictureOf(report)),
  svg: (report: Report) => svgOf(pictureOf(report)),
};

const LINT_FORMATS = {
  text: ({ findings }: Report) =>
    findings
      .flatMap(describeFinding)
      .map((line) => `${line}\n`)
      .join(""),
  json: ({ findings }: Report) => toJson(findings.map(findingValue)),
  sarif: ({ findings }: Report) => toJson(sarifOf({ findings, leaks: [], unknowns: [] })),
};

function toJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

const CONFIG_KEY = "maskwire.yaml";

export async function verify([path = "-"]: readonly string[], args: Arguments, io: Io): Promise<ExitCode> {
  const report = await makeReport(path, args, io);
  if (report === undefined) return 2;
  await print(io, REPORT_FORMATS[args.outputFormat as keyof typeof REPORT_FORMATS](report));
  return exitCodeOf(report);
}

/** Findings alone, whatever the proof would say. */
export async function lint([path = "-"]: readonly string[], args: Arguments, io: Io): Promise<ExitCode> {
  const report = await makeReport(path, args, io);
  if (report === undefined) return 2;
  const text = LINT_FORMATS[args.outputFormat as keyof typeof LINT_FORMATS](report);
  await print(io, text);
  // Silence looks like a command that read nothing.
  if (text === "") tell(io, "no finding");
  return exitCodeOf({ ...report, verdict: "PROVED" });
}

async function print(io: Io, text: string): Promise<void> {
  const output = createOutput(io.stdout);
  await output.write(text);
  await output.finish();
}

async function makeReport(path: string, args: Arguments, io: Io): Promise<Report | undefined> {
  const conduits: Conduit[] = [];
  for (const text of args.conduit ?? []) {
    const conduit = parseConduit(text);
    if (conduit === undefined) {
      tell(
        io,
        "--conduit: write NAMESPACE/KEY=VALUE:PORT=REASON, as in 'shared/app=nats:4222=accounts keep subjects apart'",
      );
      return undefined;
    }
    conduits.push(conduit);
  }
  const read = await readObjectsAt(path, io.stdin);
  return verifyObjects({
    objects: read.objects,
    unread: read.problems.map((problem) => ({ ...problem, object: "document" })),
    config: await configOf(read, args.config),
    conduits,
    world: args.closedWorld === true ? "closed" : "open",
  });
}

/** The file that was named; else what the masker's ConfigMap mounts. */
async function configOf({ objects }: ReadObjects, file: string | undefined): Promise<unknown> {
  if (file === undefined) return parseConfig(textIn(objects));
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (thrown) {
    throw new ObjectsUnreadable(`${file}: ${readFailure(thrown)}; name a configuration file`);
  }
  return parseConfig(text);
}

function textIn(objects: readonly KubernetesObject[]): string {
  for (const { kind, value } of objects) {
    if (kind !== "ConfigMap") continue;
    const data = (value["data"] ?? {}) as Readonly<Record<string, unknown>>;
    const text = Object.hasOwn(data, CONFIG_KEY) ? data[CONFIG_KEY] : undefined;
    if (typeof text === "string") return text;
  }
  return "";
}

function parseConfig(text: string): unknown {
  const document = parseDocument(text, { prettyErrors: false, logLevel: "silent" });
  return document.errors.length > 0 ? undefined : (document.toJS({ maxAliasCount: 100 }) as unknown);
}
