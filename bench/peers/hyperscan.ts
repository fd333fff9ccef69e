/**
 * Hyperscan in streaming mode, through a small driver that is compiled when header and compiler are there.
 *
 * Owns the build of hyperscan.c and the reading of its one line. The driver measures itself.
 */
import { spawnSync } from "node:child_process";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Absence, Peer, PeerContext } from "./peer.ts";

const BLOCK_BYTES = 65_536;

interface Report {
  readonly ends: number;
  readonly cpuSeconds: number;
  readonly used: number;
  readonly refused: number;
}

export const hyperscan: Peer = {
  name: "hyperscan",
  summary: "Hyperscan, streaming mode, 64 KiB blocks, ends of matches only: nothing is replaced",
  answer: "ends",
  absence: build,
  open: async ({ text, name }, { buildFolder, patterns: shapes }) => {
    const file = join(buildFolder, `hyperscan-${name}.txt`);
    const patterns = join(buildFolder, `hyperscan-patterns-${Object.keys(shapes).length}.txt`);
    writeFileSync(file, text);
    writeFileSync(patterns, `${Object.values(shapes).join("\n")}\n`);
    const options = [patterns, file, String(BLOCK_BYTES)];
    return {
      run: async () => {
        const { ends, cpuSeconds, refused } = readReport(driverFile(buildFolder), options);
        if (refused > 0) throw new Error(`Hyperscan refused ${refused} patterns: the comparison would not be fair`);
        return { cpuSeconds, matches: ends };
      },
    };
  },
};

function build({ buildFolder, benchFolder }: PeerContext): Absence | undefined {
  const source = join(benchFolder, "peers/hyperscan.c");
  const driver = driverFile(buildFolder);
  if (existsSync(driver) && statSync(driver).mtimeMs > statSync(source).mtimeMs) return undefined;
  const { status, error } = spawnSync("cc", ["-O2", "-o", driver, source, "-lhs"]);
  if (error !== undefined) return { reason: "there is no C compiler (cc)" };
  return status === 0 ? undefined : { reason: "hyperscan.c does not compile (Debian: libhyperscan-dev)" };
}

function driverFile(buildFolder: string): string {
  return join(buildFolder, "hyperscan");
}

function readReport(driver: string, options: readonly string[]): Report {
  const { stdout, status } = spawnSync(driver, options);
  if (status !== 0) throw new Error("the Hyperscan driver failed");
  return JSON.parse(stdout.toString()) as Report;
}
