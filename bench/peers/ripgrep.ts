/**
 * ripgrep as a masker: `rg --passthru -r`, one thread, a file in and nothing kept.
 *
 * Owns the process and its clock: `time` of bash, which counts the child alone, to the millisecond.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { REPLACEMENT } from "./patterns.ts";
import type { Peer, Run } from "./peer.ts";

const OPTIONS = ["--no-config", "--no-unicode", "--text", "--passthru", "--no-line-number", "--no-filename", "-j1"];
const OUTPUT_LIMIT_BYTES = 1_000_000_000;

export const ripgrep: Peer = {
  name: "ripgrep",
  summary: "rg --passthru -r, one -e for each pattern, one thread",
  answer: "masked",
  absence: () =>
    isThere("rg") && isThere("bash") ? undefined : { reason: "rg or bash is not installed (Debian: ripgrep)" },
  open: async ({ text, name }, { buildFolder, patterns: shapes }) => {
    const file = join(buildFolder, `ripgrep-${name}.txt`);
    writeFileSync(file, text);
    const patterns = Object.values(shapes).flatMap((pattern) => ["-e", pattern]);
    const command = ["rg", ...OPTIONS, "-r", REPLACEMENT, ...patterns, file];
    return { run: async (isKept) => run(command, isKept) };
  },
};

function run(command: readonly string[], isKept: boolean): Run {
  // The time goes to the error stream, the output where it costs nobody anything.
  const script = `TIMEFORMAT="%U %S"; time "$@"${isKept ? "" : " >/dev/null"}`;
  const { stdout, stderr, status } = spawnSync("bash", ["-c", script, "bash", ...command], {
    maxBuffer: OUTPUT_LIMIT_BYTES,
  });
  if (status !== 0) throw new Error("ripgrep did not run");
  const seconds = stderr.toString().trim().split(" ").map(Number);
  return { cpuSeconds: seconds[0] + seconds[1], ...(isKept ? { output: stdout } : {}) };
}

function isThere(command: string): boolean {
  return spawnSync(command, ["--version"]).status === 0;
}
