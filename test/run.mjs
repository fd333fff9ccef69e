/**
 * `node test/run.mjs <folder> [argument...]`: runs test/<folder>/main.ts, of which package.json has a command each.
 *
 * Owns nothing else. Whether it needs the built program is the folder's business.
 */
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { importBundled } from "./support/run-bundled.mjs";

const [folder = "", ...words] = process.argv.slice(2);
const { main } = await importBundled(join(dirname(fileURLToPath(import.meta.url)), folder));
try {
  process.exitCode = await main(words);
} catch (thrown) {
  if (!String(thrown?.code).startsWith("ERR_PARSE_ARGS")) throw thrown;
  process.stderr.write(`${thrown.message}\nWhat it takes stands at the head of test/${folder}/main.ts.\n`);
  process.exitCode = 2;
}
