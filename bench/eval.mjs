/**
 * `npm run eval`: runs bench/quality/main.ts against the built command.
 *
 * Owns nothing but the way in.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { importBundled } from "../test/support/run-bundled.mjs";

const FOLDER = dirname(fileURLToPath(import.meta.url));

if (existsSync(join(FOLDER, "../dist/node/main.js"))) {
  const { main } = await importBundled(join(FOLDER, "quality"));
  process.exitCode = await main(process.argv.slice(2), join(FOLDER, ".."));
} else {
  process.stderr.write("dist is missing: the evaluation judges what ships. Run `npm run build` first.\n");
  process.exitCode = 2;
}
