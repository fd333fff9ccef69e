/** `maskwire netpolicy`: what network policies allow, and whether raw data can get round the masker. */
import { Argument, Option } from "commander";
import {
  changesBetween,
  clusterOf,
  createEvaluator,
  describeConnection,
  describeMatrix,
  matrixOf,
  openWorld,
  closedWorld,
  type World,
} from "../../kubernetes/index.ts";
import type { Arguments, Command } from "../command.ts";
import { tell, type ExitCode, type Io } from "../io.ts";
import { ObjectsUnreadable, readObjectsAt } from "../kubernetes-files.ts";
import type { ReadObjects, ReadProblem } from "../kubernetes-objects.ts";
import { createOutput } from "../output.ts";
import { NETPOLICY_FORMATS, outputFormatOption } from "./netpolicy-formats.ts";
import { parseTarget, placeIn } from "./netpolicy-places.ts";
import { lint, verify } from "./netpolicy-verify.ts";

export const netpolicy: Command = {
  notes: `
  verify [OBJECTS]                        PROVED, LEAK with the path and its rules, or UNKNOWN
  lint [OBJECTS]                          what the API server would refuse, and what it takes and is wrong
  explain FROM TO:PORT[/PROTO] [OBJECTS]  both halves of one connection, and the rule that decides
  matrix [OBJECTS]                        who may open whom, on which ports
  diff OBJECTS OBJECTS                    connections gained and lost

OBJECTS is a folder or a file of YAML or JSON, or - (the default) for standard input:
  kubectl kustomize manifests/overlays/demo | maskwire netpolicy verify
  kubectl get ns,pods,deploy,sts,ds,svc,cm,netpol -A -o yaml | maskwire netpolicy verify
FROM and TO are namespace/name of a workload, namespace/key=value,... of a pod that might be started, or an address.

Exit: 0 proved, allowed, no finding, no difference; 1 leak, error, denied, difference; 2 usage; 3 unknown.`,
  define: (parser) =>
    parser
      .addArgument(new Argument("<what>", "what to do").choices(Object.keys(ACTIONS)))
      .addArgument(new Argument("[words...]", "see below"))
      .addOption(outputFormatOption())
      .addOption(new Option("-c, --config <file>", "maskwire.yaml; else the one in the masker's ConfigMap"))
      .addOption(new Option("--closed-world", "only what is given takes part").default(false))
      .addOption(
        new Option(
          "--conduit <place:port=reason...>",
          "namespace/key=value,...:port that may join the zones, and why",
        ).default([]),
      ),
  run: async (args, io) => {
    const [what = "", ...words] = args.words ?? [];
    const action = ACTIONS[what as keyof typeof ACTIONS];
    const formats: readonly string[] = action.formats;
    if (words.length < action.least || words.length > action.most) {
      tell(io, `netpolicy ${what}: ${action.usage}`);
      return 2;
    }
    if (!formats.includes(args.outputFormat ?? "text")) {
      tell(io, `netpolicy ${what} --format: write ${formats.join(" or ")}`);
      return 2;
    }
    try {
      return await action.run(words, args, io);
    } catch (thrown) {
      if (!(thrown instanceof ObjectsUnreadable)) throw thrown;
      tell(io, thrown.message);
      return 2;
    }
  },
};

interface Action {
  readonly least: number;
  readonly most: number;
  readonly usage: string;
  readonly formats: readonly string[];
  readonly run: (words: readonly string[], args: Arguments, io: Io) => Promise<ExitCode>;
}

const ONE_PLACE = { least: 0, most: 1, usage: "give one folder, file or -" } as const;

const ACTIONS: Readonly<Record<"verify" | "lint" | "explain" | "matrix" | "diff", Action>> = {
  verify: { ...ONE_PLACE, formats: NETPOLICY_FORMATS, run: verify },
  lint: { ...ONE_PLACE, formats: ["text", "json", "sarif"], run: lint },
  explain: {
    least: 2,
    most: 3,
    usage: "give FROM and TO:PORT, as in raw/producer maskwire/maskwire:8080",
    formats: ["text", "json"],
    run: explain,
  },
  matrix: { ...ONE_PLACE, formats: ["text", "json"], run: matrix },
  diff: {
    least: 2,
    most: 2,
    usage: "give two folders or files, - for one of them",
    formats: ["text", "json"],
    run: diff,
  },
};

async function write(io: Io, text: string): Promise<void> {
  const output = createOutput(io.stdout);
  await output.write(text);
  await output.finish();
}

const toJson = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** What could not be read is said; the answer is then about the rest, and the exit code says so. */
function reportProblems(io: Io, problems: readonly ReadProblem[]): void {
  for (const { file, line, text } of problems) tell(io, `${file}:${line}: ${text}`);
}

function worldOf({ objects }: ReadObjects, { closedWorld: isClosed = false }: Arguments): World {
  const cluster = clusterOf(objects);
  return isClosed ? closedWorld(cluster) : openWorld(cluster);
}

async function matrix([path = "-"]: readonly string[], args: Arguments, io: Io): Promise<ExitCode> {
  const read = await readObjectsAt(path, io.stdin);
  const world = worldOf(read, args);
  const openings = matrixOf(world, createEvaluator(world));
  await write(
    io,
    args.outputFormat === "json" ? toJson({ openings, problems: read.problems }) : describeMatrix(openings),
  );
  reportProblems(io, read.problems);
  return read.problems.length > 0 ? 3 : 0;
}

async function diff([before = "-", after = "-"]: readonly string[], args: Arguments, io: Io): Promise<ExitCode> {
  const [old, now] = [await readObjectsAt(before, io.stdin), await readObjectsAt(after, io.stdin)];
  const [was, is] = [old, now].map((read) => {
    const world = worldOf(read, args);
    return matrixOf(world, createEvaluator(world));
  });
  const changes = changesBetween(was ?? [], is ?? []);
  const lines = changes.map((one) => `${one.from} -> ${one.to}: ${one.before} becomes ${one.after}\n`);
  const problems = [...old.problems, ...now.problems];
  await write(io, args.outputFormat === "json" ? toJson({ changes, problems }) : lines.join(""));
  reportProblems(io, problems);
  if (problems.length > 0) return 3;
  if (changes.length === 0) tell(io, "no connection is gained or lost");
  return changes.length > 0 ? 1 : 0;
}

async function explain(
  [source = "", target = "", path = "-"]: readonly string[],
  args: Arguments,
  io: Io,
): Promise<ExitCode> {
  const parsed = parseTarget(target);
  if (parsed === undefined) {
    tell(io, "TO: write PLACE:PORT, or PLACE:PORT/UDP; an IPv6 address in brackets");
    return 2;
  }
  const read = await readObjectsAt(path, io.stdin);
  const cluster = clusterOf(read.objects);
  const [from, to] = [placeIn(cluster, source), placeIn(cluster, parsed.place)];
  if (from === undefined || to === undefined) {
    const names = cluster.pods.map(({ namespace, name }) => `${namespace}/${name}`).join(", ");
    tell(
      io,
      `${from === undefined ? "FROM" : "TO"}: no such workload, namespace or address; workloads: ${names === "" ? "none" : names}`,
    );
    return 2;
  }
  const connection = { from, to, port: parsed.port, protocol: parsed.protocol };
  const verdict = createEvaluator(cluster).allowed(connection);
  const text = describeConnection(connection, verdict);
  await write(
    io,
    args.outputFormat === "json" ? toJson({ allow: verdict.allow, text: text.trimEnd().split("\n") }) : text,
  );
  reportProblems(io, read.problems);
  if (read.problems.length > 0) return 3;
  return verdict.allow ? 0 : 1;
}
