/**
 * ripgrep as a masker: `rg --passthru -r`, one thread, a file in and nothing kept.
 *
 * Owns the process and its clock: the shell's `times`, so that only the child counts.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PATTERNS, REPLACEMENT } from "./patterns.ts";
import type { Peer, Run } from "./peer.ts";

const OPTIONS = ["--no-config", "--no-unicode", "--text", "--passthru", "--no-line-number", "--no-filename", "-j1"];
const OUTPUT_LIMIT_BYTES = 1_000_000_000;

export const ripgrep: Peer = {
  name: "ripgrep",
  summary: "rg --passthru -r, one -e for each pattern, one thread",
  answer: "masked",
  absence: () =>
    spawnSync("rg", ["--version"]).status === 0 ? undefined : { reason: "rg is not installed (Debian: ripgrep)" },
  open: async ({ text, name }, { buildFolder }) => {
    const file = join(buildFolder, `ripgrep-${name}.txt`);
    writeFileSync(file, text);
    const patterns = Object.values(PATTERNS).flatMap((pattern) => ["-e", pattern]);
    const command = ["rg", ...OPTIONS, "-r", REPLACEMENT, ...patterns, file];
    return { run: async (isKept) => run(command, isKept) };
  },
};

function run(command: readonly string[], isKept: boolean): Run {
  // The times go to the error stream, the output where it costs nobody anything.
  const script = `"$@"${isKept ? "" : " >/dev/null"}; times >&2`;
  const { stdout, stderr, status } = spawnSync("sh", ["-c", script, "sh", ...command], {
    maxBuffer: OUTPUT_LIMIT_BYTES,
  });
  if (status !== 0) throw new Error("ripgrep did not run");
  return { cpuSeconds: childSeconds(stderr.toString()), ...(isKept ? { output: stdout } : {}) };
}

/** The second line of `times`: user and system time of the children, as `0m1.230s 0m0.040s`. */
export function childSeconds(times: string): number {
  const last = times.trimEnd().split("\n").at(-1) ?? "";
  const parts = [...last.matchAll(/(\d+)m([\d.]+)s/g)];
  if (parts.length !== 2) throw new Error("the shell printed no times");
  return parts.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}
