/**
 * `npm run bench`: bundles bench/main.ts beside itself and runs it against the built core.
 *
 * Owns the one thing that is measured being what ships: imports of src/core become imports of dist/core.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const FOLDER = dirname(fileURLToPath(import.meta.url));
const BUNDLE = join(FOLDER, ".build/main.js");
const CORE = join(FOLDER, "../dist/core");

const builtCore = {
  name: "built-core",
  setup({ onResolve }) {
    onResolve({ filter: /\/src\/core\// }, ({ path }) => ({
      path: pathToFileURL(join(CORE, path.replace(/^.*\/src\/core\//, "").replace(/\.ts$/, ".js"))).href,
      external: true,
    }));
  },
};

if (existsSync(join(CORE, "index.js"))) {
  await build({
    absWorkingDir: FOLDER,
    entryPoints: [join(FOLDER, "main.ts")],
    outfile: BUNDLE,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    plugins: [builtCore],
    logLevel: "warning",
  });
  const { main } = await import(pathToFileURL(BUNDLE).href);
  process.exitCode = await main(process.argv.slice(2), FOLDER);
} else {
  process.stderr.write("dist/core is missing: the benchmark measures what ships. Run `npm run build` first.\n");
  process.exitCode = 2;
}
