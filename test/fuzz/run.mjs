/**
 * `npm run fuzz`: bundles test/fuzz/main.ts, since not every supported Node reads TypeScript, and runs it.
 *
 * Owns nothing else.
 */
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const FOLDER = dirname(fileURLToPath(import.meta.url));
const BUNDLE = join(FOLDER, ".build/main.js");

await build({
  absWorkingDir: FOLDER,
  entryPoints: [join(FOLDER, "main.ts")],
  outfile: BUNDLE,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  packages: "external",
  logLevel: "warning",
});
const { main } = await import(pathToFileURL(BUNDLE).href);
process.exitCode = main(process.argv.slice(2));
