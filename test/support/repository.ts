import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Absolute path of the repository, with a slash at its end; also for what a test bundles into a folder of its own. */
export const REPOSITORY = findRepository(fileURLToPath(new URL(".", import.meta.url)));

function findRepository(folder: string): string {
  return existsSync(join(folder, "package.json")) ? join(folder, "/") : findRepository(dirname(folder));
}
