/**
 * npm packages that measurements compare with. They lie in bench/.peers, which is no part of the repository.
 *
 * Owns that folder: what is in it, and how it gets there.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where packages of peers lie. */
export function peerFolder(benchFolder: string): string {
  return join(benchFolder, ".peers");
}

/** Version of a package that is there; undefined when it is absent. */
export function installedVersion(benchFolder: string, name: string): string | undefined {
  const path = join(peerFolder(benchFolder), "node_modules", name, "package.json");
  if (!existsSync(path)) return undefined;
  const { version } = JSON.parse(readFileSync(path, "utf8")) as { readonly version: string };
  return version;
}

/**
 * Installs packages beside those that are there. None of their install scripts runs.
 *
 * @param packages each with its exact version, such as `re2js@2.10.0`.
 * @returns whether npm did it.
 */
export function installPackages(benchFolder: string, packages: readonly string[]): boolean {
  const folder = peerFolder(benchFolder);
  mkdirSync(folder, { recursive: true });
  const manifest = join(folder, "package.json");
  // What the file does not name npm would take away again.
  if (!existsSync(manifest)) writeFileSync(manifest, `{"private":true}\n`);
  const options = ["--no-audit", "--no-fund", "--save-exact", "--ignore-scripts", "--loglevel=error"];
  const { status } = spawnSync("npm", ["install", "--prefix", folder, ...options, ...packages], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  return status === 0;
}
