/**
 * Bundles the main.ts of a folder into its .build and imports it, since not every supported Node reads TypeScript.
 *
 * Owns the options of the bundle; what runs is the folder's business.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

/** The module that `folder`/main.ts becomes; packages stay outside. */
export async function importBundled(folder, plugins = []) {
  const outfile = join(folder, ".build/main.js");
  await build({
    absWorkingDir: folder,
    entryPoints: [join(folder, "main.ts")],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    plugins,
    logLevel: "warning",
  });
  return import(pathToFileURL(outfile).href);
}
