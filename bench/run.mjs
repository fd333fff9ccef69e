/**
 * `npm run bench`: runs bench/main.ts against the built core and server.
 *
 * Owns the one thing that is measured being what ships: imports of src become imports of dist.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { importBundled } from "../test/support/run-bundled.mjs";

const FOLDER = dirname(fileURLToPath(import.meta.url));
const BUILT = join(FOLDER, "../dist");

const builtSources = {
  name: "built-sources",
  setup({ onResolve }) {
    onResolve({ filter: /\/src\/(?:core|server)\// }, ({ path }) => ({
      path: pathToFileURL(join(BUILT, path.replace(/^.*\/src\//, "").replace(/\.ts$/, ".js"))).href,
      external: true,
    }));
  },
};

if (existsSync(join(BUILT, "core/index.js"))) {
  const { main } = await importBundled(FOLDER, [builtSources]);
  process.exitCode = await main(process.argv.slice(2), FOLDER);
} else {
  process.stderr.write("dist is missing: the benchmark measures what ships. Run `npm run build` first.\n");
  process.exitCode = 2;
}
