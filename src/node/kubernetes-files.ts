/**
 * Kubernetes objects from a folder, a file or standard input.
 *
 * Owns finding the files and the limit of what is read. What does not parse is a problem with a line, never left out in
 * silence.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Readable } from "node:stream";
import { readObjects, type ReadObjects } from "./kubernetes-objects.ts";

/** Of all files together. */
export const OBJECTS_LIMIT_BYTES = 64 * 1024 * 1024;

/** Why there is nothing to read, in words of our own. */
export class ObjectsUnreadable extends Error {}

/**
 * `-`: standard input.
 * @throws ObjectsUnreadable.
 */
export async function readObjectsAt(path: string, stdin: Readable): Promise<ReadObjects> {
  if (path === "-") return readObjects(await readStream(stdin), "-");
  let bytes = 0;
  const parts: ReadObjects[] = [];
  for (const file of await filesIn(path)) {
    bytes += (await stat(file)).size;
    if (bytes > OBJECTS_LIMIT_BYTES) throw tooMuch();
    parts.push(readObjects(await readFile(file, "utf8"), file));
  }
  return { objects: parts.flatMap(({ objects }) => objects), problems: parts.flatMap(({ problems }) => problems) };
}

function tooMuch(): ObjectsUnreadable {
  return new ObjectsUnreadable(`more than ${OBJECTS_LIMIT_BYTES} bytes of objects; give fewer kinds or namespaces`);
}

async function readStream(stdin: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    bytes += (chunk as Buffer).length;
    if (bytes > OBJECTS_LIMIT_BYTES) throw tooMuch();
    chunks.push(chunk as Buffer);
  }
  if (bytes === 0) throw new ObjectsUnreadable("standard input is empty; name a folder, or pipe objects in");
  return Buffer.concat(chunks).toString("utf8");
}

const OBJECT_FILE = /\.(?:ya?ml|json)$/i;
const OVERLAYS = /(?:^|[\\/])overlays[\\/]/;
const KUSTOMIZATION = /^kustomization\.ya?ml$/i;

/** What somebody would render: the folder itself, else an overlay, the first by name. */
function renderable(path: string, folders: readonly string[]): string {
  if (folders.some((folder) => relative(path, folder) === "")) return path;
  const inOrder = folders.toSorted();
  return inOrder.find((folder) => OVERLAYS.test(relative(path, folder))) ?? inOrder[0];
}

async function filesIn(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new ObjectsUnreadable(`${path}: no such file or folder`);
  if (!found.isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && OBJECT_FILE.test(entry.name));
  const kustomized = files.filter(({ name }) => KUSTOMIZATION.test(name)).map(({ parentPath }) => parentPath);
  if (kustomized.length > 0) {
    throw new ObjectsUnreadable(
      `${path} holds a kustomization, which is not what the cluster gets; pipe in what this prints: kubectl kustomize ${renderable(path, kustomized)}`,
    );
  }
  if (files.length === 0) throw new ObjectsUnreadable(`${path}: no .yaml, .yml or .json file`);
  return files.map(({ parentPath, name }) => join(parentPath, name)).toSorted();
}
