/**
 * Makes folders.
 *
 * Owns that it ends. `mkdir` of Node with `recursive` spins without end, and no signal gets through, where a folder is there and
 * takes no other one by saying that it does not exist, as those of /proc do (Node 20).
 */
import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** Makes the folder and those that it is in, where they are missing. @throws what the system says. */
export async function makeFolder(folder: string): Promise<void> {
  const whole = resolve(folder);
  if (await isFolder(whole)) return;
  if (dirname(whole) !== whole) await makeFolder(dirname(whole));
  try {
    await mkdir(whole);
  } catch (thrown) {
    // Somebody else may have made it since.
    if (!(await isFolder(whole))) throw thrown;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
