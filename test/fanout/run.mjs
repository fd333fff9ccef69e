/** `npm run stress:fanout`: runs test/fanout/main.ts against the built command. Owns nothing else. */
import { dirname } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { importBundled } from "../support/run-bundled.mjs";

const { main } = await importBundled(dirname(fileURLToPath(import.meta.url)));
process.exitCode = await main(process.argv.slice(2));
