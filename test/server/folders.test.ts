import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SERVER = join(ROOT, "src/server");
const FROM = /\bfrom "(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/g;

/** Folders in the order of the table, from those that need others to those that are needed. */
const ORDER = Array.from(
  readFileSync(join(ROOT, "CONTRIBUTING.md"), "utf8").matchAll(/^\| (`[a-z]+\/`(?:, `[a-z]+\/`)*) \|/gm),
  ([, cell]) => Array.from(cell.matchAll(/`([a-z]+)\/`/g), ([, name]) => name),
).flat();

/** Undefined for a file that stands beside the folders. */
function folderOf(path: string): string | undefined {
  const [first, ...rest] = relative(SERVER, path).split(sep);
  return rest.length === 0 || first === ".." ? undefined : first;
}

function importsOf(path: string): readonly string[] {
  const found = readFileSync(path, "utf8").matchAll(FROM);
  return Array.from(found, ([, fixed, late]) => resolve(dirname(path), fixed ?? late));
}

const FILES = readdirSync(SERVER, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => join(SERVER, name));

test("every folder of the server is named in CONTRIBUTING.md", () => {
  const folders = readdirSync(SERVER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).toSorted()).toEqual(ORDER.toSorted());
});

test("a folder of the server imports only folders that are named after it", () => {
  const across = FILES.flatMap((from) => importsOf(from).map((to) => ({ from, to })))
    .map(({ from, to }) => ({ from, to, above: folderOf(from), below: folderOf(to) }))
    .filter(({ above, below }) => above !== undefined && below !== undefined && above !== below);
  expect(across.length).toBeGreaterThan(100);
  const upward = across.filter(({ above = "", below = "" }) => ORDER.indexOf(above) > ORDER.indexOf(below));
  expect(upward.map(({ from, to }) => `${relative(SERVER, from)} -> ${relative(SERVER, to)}`)).toEqual([]);
});
