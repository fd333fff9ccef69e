/** Where figures come from. Owns what is asked of the machine and the repository. */
import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import type { Machine } from "./result.ts";

const DATE_LENGTH = "2026-01-31".length;

export function describeMachine(benchFolder: string): Machine {
  const model = cpus()[0]?.model.trim() ?? "";
  return {
    date: new Date().toISOString().slice(0, DATE_LENGTH),
    cpu: `${model === "" ? "unknown CPU" : model}, ${cpus().length} cores, ${process.platform} ${process.arch}`,
    node: process.version,
    commit: commitOf(benchFolder),
  };
}

/** `2026-01-31-intel-xeon-2-cores-linux-x64.csv` */
export function resultsFileName({ date, cpu }: Machine): string {
  return `${date}-${cpu.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.csv`;
}

/** With a `+` when the engine was changed since. */
function commitOf(benchFolder: string): string {
  const git = (...args: string[]): string =>
    spawnSync("git", ["-C", benchFolder, ...args])
      .stdout?.toString()
      .trim() ?? "";
  const commit = git("rev-parse", "--short", "HEAD");
  const isChanged = git("status", "--porcelain", "--", "../src/core") !== "";
  return commit === "" ? "unknown" : `${commit}${isChanged ? "+" : ""}`;
}
