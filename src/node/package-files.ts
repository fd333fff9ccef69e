/**
 * What the program reads of the package that it is in.
 *
 * Owns where that stands: the build may put what a module holds into another file, but no deeper than this one is.
 */
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

export const { version: VERSION } = createRequire(import.meta.url)("../../package.json") as { version: string };

/** Where the build put the modules that a deployment at the edge is made of. */
export const WORKER_FOLDER = fileURLToPath(new URL("../worker/", import.meta.url));
export const WRANGLER_FILE = fileURLToPath(new URL("../../worker/wrangler.jsonc", import.meta.url));
/** The names of those modules, for the build and for us. */
export const WORKER_NAMES_FILE = fileURLToPath(new URL("../../worker/modules.json", import.meta.url));
