/** `npm run bench:fanout`: runs bench/fanout/main.ts against the built command. Owns nothing but the way in. */
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { importBundled } from "../test/support/run-bundled.mjs";

const { main } = await importBundled(join(dirname(fileURLToPath(import.meta.url)), "fanout"));
process.exitCode = await main(process.argv.slice(2));
