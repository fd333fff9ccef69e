/** The peers by name. Owns the list, and what it takes to have all of them on a Debian machine. */
import { spawnSync } from "node:child_process";
import { hyperscan } from "./hyperscan.ts";
import { installPackages } from "./npm.ts";
import type { Peer } from "./peer.ts";
import { asText, copy, jsonRoundTrip, v8Lines, v8Whole } from "./platform.ts";
import { re2js, RE2JS_VERSION, re2Wasm } from "./re2.ts";
import { ripgrep } from "./ripgrep.ts";

export const PEERS: readonly Peer[] = [
  copy,
  asText,
  v8Lines,
  v8Whole,
  re2Wasm,
  re2js,
  ripgrep,
  hyperscan,
  jsonRoundTrip,
];

const DEBIAN_PACKAGES = ["ripgrep", "libhyperscan-dev", "gcc", "libc6-dev"];

/** Installs what is missing; as root also Debian's packages. Returns what could not be done. */
export function installPeers(benchFolder: string): readonly string[] {
  const apt = ["install", "--yes", "--no-install-recommends", ...DEBIAN_PACKAGES];
  const failed: string[] = [];
  const packages = [`re2js@${RE2JS_VERSION}`];
  if (!installPackages(benchFolder, packages)) failed.push(`${packages.join()}: npm failed`);
  if (process.getuid?.() !== 0) failed.push(`only root can install ${DEBIAN_PACKAGES.join(", ")}`);
  else if (!succeeds("apt-get", ["update"]) || !succeeds("apt-get", apt)) failed.push("apt-get failed");
  return failed;
}

function succeeds(command: string, options: readonly string[]): boolean {
  return spawnSync(command, options, { stdio: ["ignore", "ignore", "inherit"] }).status === 0;
}
