/** `npm run stress:edge`: runs test/stress-edge/main.ts. Owns nothing else. */
import { dirname } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { importBundled } from "../support/run-bundled.mjs";

const { main } = await importBundled(dirname(fileURLToPath(import.meta.url)));
process.exitCode = await main(process.argv.slice(2));
