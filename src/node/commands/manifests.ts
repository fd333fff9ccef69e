/** `maskwire manifests`: Kubernetes objects out of the one configuration, written to a folder or compared with it. */
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Option } from "commander";
import { renderTree, TARGETS } from "../../kubernetes/render/tree.ts";
import { configOption, type Arguments, type Command } from "../command.ts";
import { checkReach, loadConfig } from "../config/load.ts";
import type { Result } from "../config/problem.ts";
import { tell, type ExitCode, type Io } from "../io.ts";
import { VERSION } from "../package-files.ts";
import { planOf } from "../plan.ts";
import { makeFolder } from "../make-folder.ts";
import { report } from "../policies.ts";

const KEY_VARIABLES = ["MASKWIRE_KEY_FILE", "MASKWIRE_KEY"];

export const manifests: Command = {
  notes: `
Targets: k8s (kustomize: base, components, overlays), cilium (the same, with upstreams by name), cnp (with
guards against policies of others), helm (a chart).
The same configuration gives the same bytes. Files of yours beside the printed ones are not looked at.

Exit: 0 written, or with --check the same; 1 --check found files that differ; 2 usage or configuration.`,
  define: (parser) =>
    parser
      .addOption(configOption())
      .addOption(new Option("--target <name>", "what the cluster understands").choices(TARGETS).default("k8s"))
      .addOption(new Option("--out <folder>", "where the files are").makeOptionMandatory())
      .addOption(new Option("--check", "write nothing; say which files differ").default(false)),
  run: async (args, io) => {
    const files = await render(args, io);
    if (!files.ok) {
      report(files.problems, io);
      return 2;
    }
    const { out = "" } = args;
    return args.check === true ? await compare(files.value, out, io) : await write(files.value, out, io);
  },
};

async function render(
  { config: configFile, target = "k8s" }: Arguments,
  io: Io,
): Promise<Result<ReadonlyMap<string, string>>> {
  if (configFile === undefined) {
    return { ok: false, problems: [{ source: "--config", path: "", text: "name the configuration file of the pod" }] };
  }
  // Not the other variables of this machine: the pod has none of them. The key only for `keys` that name versions of it.
  const environment = Object.fromEntries(
    Object.entries(io.environment).filter(([name]) => KEY_VARIABLES.includes(name)),
  );
  const loaded = await loadConfig({ environment, configFile, missingKey: "random" });
  if (!loaded.ok) return loaded;
  const problems = checkReach(loaded.value.config, loaded.value.problemAt);
  if (problems.length > 0) return { ok: false, problems };
  const plan = planOf(loaded.value, { target, version: VERSION });
  return plan.ok ? { ok: true, value: renderTree(plan.value, target) } : plan;
}

async function write(files: ReadonlyMap<string, string>, folder: string, io: Io): Promise<ExitCode> {
  try {
    for (const [path, text] of files) {
      await makeFolder(dirname(join(folder, path)));
      await writeFile(join(folder, path), text);
    }
  } catch {
    tell(io, "--out: the folder cannot be written");
    return 2;
  }
  tell(io, `${files.size} files in ${folder}`);
  return 0;
}

async function compare(files: ReadonlyMap<string, string>, folder: string, io: Io): Promise<ExitCode> {
  let differing = 0;
  for (const [path, text] of files) {
    const found = await readFile(join(folder, path), "utf8").catch(() => undefined);
    if (found === text) continue;
    differing++;
    tell(io, `${join(folder, path)} ${found === undefined ? "is missing" : "differs"}`);
  }
  tell(
    io,
    differing === 0 ? `${folder} is what the configuration gives` : `${differing} of ${files.size} files differ`,
  );
  return differing === 0 ? 0 : 1;
}
