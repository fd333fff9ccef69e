/**
 * Lays out the files of the run stage in a folder, by the Dockerfile's own COPY lines and without a container engine.
 *
 * Owns the folder. Executes the compiler call of the build stage, and its `npm ci` only when asked to: that needs a registry.
 * Otherwise copies of the same packages out of this checkout stand in for it, as `npm ls` selects them.
 */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative, resolve } from "node:path";
import { parseDockerfile, type Instruction, type Stage } from "./dockerfile.ts";
import { REPOSITORY } from "./repository.ts";

const WORKING_FOLDER = "/app";
const LIMIT_MS = 300_000;
const SHOWN_CHARACTERS = 2000;
const READ_ONLY_FILE = 0o444;
const READ_ONLY_FOLDER = 0o555;
const WRITABLE_FOLDER = 0o755;

/** Where packages come from: the registry, as when the image is built, or this checkout. */
export type Install = "npm" | "copies";

export interface ImageFiles {
  /** What /app is in the image; nobody may write to it. */
  readonly workingFolder: string;
  /** Paths and sizes of every file; equal before and after a run that wrote nothing. */
  list(): string[];
  remove(): void;
}

/**
 * A few seconds, with `npm` up to a minute: the compiler runs once, as in the build stage.
 * @throws Error when a step fails.
 */
export function layOutImage(install: Install = "copies"): ImageFiles {
  const root = mkdtempSync(join(tmpdir(), "maskwire-image-"));
  chmodSync(root, WRITABLE_FOLDER);
  try {
    const stages = parseDockerfile(readFileSync(join(REPOSITORY, "Dockerfile"), "utf8"));
    for (const stage of stages.slice(0, -1)) layOutStage(root, stage, install);
    // The last stage's RUN lines trim the base image; they must never reach this machine.
    const last = stages.at(-1);
    if (last)
      layOutStage(root, { ...last, instructions: last.instructions.filter(({ name }) => name !== "RUN") }, install);
    const workingFolder = join(root, "run", WORKING_FOLDER);
    setModes(workingFolder, READ_ONLY_FOLDER);
    return {
      workingFolder,
      list: () => listFiles(workingFolder),
      remove: () => removeAll(root, workingFolder),
    };
  } catch (error) {
    rmSync(root, { recursive: true, force: true });
    throw error;
  }
}

/** The packages of the production install, relative to the repository. */
function productionPackages(): string[] {
  const args = ["ls", "--all", "--parseable", "--omit=dev", "--omit=optional"];
  const run = spawnSync("npm", args, { cwd: REPOSITORY, encoding: "utf8", timeout: LIMIT_MS });
  const paths = run.stdout.split("\n").map((path) => relative(REPOSITORY, path.trim()));
  return [...new Set(paths)].filter((path) => path.startsWith("node_modules/"));
}

function layOutStage(root: string, stage: Stage, install: Install): void {
  const folder = join(root, stage.name ?? "", WORKING_FOLDER);
  mkdirSync(folder, { recursive: true });
  for (const instruction of stage.instructions) {
    if (instruction.name === "COPY") copy(root, folder, instruction);
    if (instruction.name === "RUN") run(folder, instruction.rest, install);
  }
}

function copy(root: string, folder: string, { rest, flags }: Instruction): void {
  const items = rest.split(/\s+/);
  const target = items.at(-1) ?? "";
  for (const source of items.slice(0, -1)) {
    const from = flags["from"] === undefined ? join(REPOSITORY, source) : join(root, flags["from"], source);
    const to = target.endsWith("/") ? join(folder, target, basename(source)) : join(folder, target);
    cpSync(from, to, { recursive: true });
  }
}

function run(folder: string, command: string, install: Install): void {
  const isInstall = command.startsWith("npm ci ");
  if (isInstall && install === "copies") {
    if (command.includes(" --omit=dev")) return installProduction(folder);
    return symlinkSync(join(REPOSITORY, "node_modules"), join(folder, "node_modules"));
  }
  if (!isInstall && !command.startsWith("npx tsc ") && command !== "node src/build.mjs")
    throw new Error(`the build has a step that this test does not know: ${command}`);
  const [program = "", ...args] = command.split(" ");
  // Nothing of this checkout: neither its variables nor its settings of npm.
  const environment = { PATH: process.env["PATH"], HOME: process.env["HOME"] };
  const ended = spawnSync(program, args, { cwd: folder, encoding: "utf8", timeout: LIMIT_MS, env: environment });
  if (ended.status !== 0)
    throw new Error(`\`${command}\` fails: ${(ended.stdout + ended.stderr).slice(0, SHOWN_CHARACTERS)}`);
}

function installProduction(folder: string): void {
  for (const path of productionPackages()) {
    const from = join(REPOSITORY, path);
    // Nested packages have entries of their own.
    const filter = (source: string) => !relative(from, source).split("/").includes("node_modules");
    cpSync(from, join(folder, path), { recursive: true, filter });
  }
}

function setModes(folder: string, folderMode: number): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) setModes(path, folderMode);
    else if (entry.isFile()) chmodSync(path, READ_ONLY_FILE);
  }
  chmodSync(folder, folderMode);
}

function listFiles(folder: string): string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return paths.map((path) => `${path} ${lstatSync(resolve(folder, path)).size}`);
}

function removeAll(root: string, workingFolder: string): void {
  // A folder without the write bit cannot be emptied by anyone but root.
  setModes(workingFolder, WRITABLE_FOLDER);
  rmSync(root, { recursive: true, force: true });
}
