/**
 * `npm run bench`: runs bench/main.ts against the built core.
 *
 * Owns the one thing that is measured being what ships: imports of src/core become imports of dist/core.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { importBundled } from "../test/support/run-bundled.mjs";

const FOLDER = dirname(fileURLToPath(import.meta.url));
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
  const { main } = await importBundled(FOLDER, [builtCore]);
  process.exitCode = await main(process.argv.slice(2), FOLDER);
} else {
  process.stderr.write("dist/core is missing: the benchmark measures what ships. Run `npm run build` first.\n");
  process.exitCode = 2;
}
