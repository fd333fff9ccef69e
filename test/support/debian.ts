/**
 * Commands that tests need from the machine.
 *
 * Owns the rule for a missing one: root on Debian installs its package; anyone else is told which suite did not run
 * and why; with CI=true a missing command fails. Never installs anything that the caller did not name.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

export interface CommandLookup {
  /** Absolute path, or null when the command is not to be had here. */
  readonly path: string | null;
  /** Why it is missing; empty when it is there. */
  readonly reason: string;
}

const APT_GET = "apt-get";
/** Held while packages are installed. */
export const APT_LOCK = join(tmpdir(), "maskwire-apt.lock");
/** With the wait for those that were here before. */
const INSTALL_LIMIT_MS = 600_000;

/** Absolute path of `command` on PATH, or null. */
export function findCommand(command: string): string | null {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, command);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not in this folder
    }
  }
  return null;
}

/**
 * Finds `command`, installing `debianPackage` when it is missing and the user is root (up to ten minutes).
 * Synchronous, so that a test file can decide at collection whether its suites run.
 * @throws Error when it is missing and CI=true.
 */
export function ensureCommand(command: string, debianPackage: string): CommandLookup {
  const found = findCommand(command);
  if (found !== null) return { path: found, reason: "" };
  if (process.getuid?.() !== 0 || findCommand(APT_GET) === null) {
    return missingCommand(`\`${command}\` is missing; install it (Debian package ${debianPackage})`);
  }
  if (!installPackage(debianPackage)) runApt(["update"]);
  if (findCommand(command) === null) installPackage(debianPackage);
  const installed = findCommand(command);
  if (installed !== null) return { path: installed, reason: "" };
  return missingCommand(`\`${command}\` is missing and the Debian package ${debianPackage} did not bring it`);
}

/**
 * Reports something that the machine lacks.
 * @throws Error when CI=true: there a suite that cannot run is a failure.
 */
export function missingCommand(reason: string): CommandLookup {
  if (process.env["CI"] === "true") throw new Error(reason);
  console.warn(`not run: ${reason}`);
  return { path: null, reason };
}

function installPackage(debianPackage: string): boolean {
  return runApt(["install", "--yes", "--no-install-recommends", debianPackage]);
}

/** Test files run side by side, and apt itself waits for one of its locks only: one of us at a time. */
function runApt(args: readonly string[]): boolean {
  const options = ["--quiet", "--option", "DPkg::Lock::Timeout=120"];
  const run = spawnSync("flock", [APT_LOCK, APT_GET, ...options, ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    stdio: "ignore",
    timeout: INSTALL_LIMIT_MS,
  });
  return run.status === 0;
}
