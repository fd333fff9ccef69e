/**
 * Puts what the compiler wrote (`.build`) into `dist`, with the constants of other modules in the places that use them.
 *
 *   node src/build.mjs    after `tsc -b src/node`
 *
 * A constant that a module imports is a load from memory each time, and the loops over bytes read several for each byte:
 * masking takes a twelfth less time without. What the core is made of stands in one file, since opening two hundred takes
 * three times as long as reading it; its modules stay there as names of what is in it, and source maps say which line is
 * whose.
 */
import { existsSync } from "node:fs";
import { chmod, copyFile, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const FROM = join(ROOT, ".build");
const TO = join(ROOT, "dist");
const PROGRAM = "node/main.js";
/** Folder of what several modules share. */
const SHARED = "chunks";

/** The compiler leaves what it wrote of modules that are gone. */
function hasSource(path) {
  return existsSync(join(ROOT, "src", path.replace(/\.(?:js|d\.ts)$/, ".ts")));
}

/** The built-in patterns, compiled once for all who start the program: most of what a start takes. */
const prebuiltTable = {
  name: "prebuilt-table",
  async load(id) {
    if (!id.endsWith("/core/pattern/prebuilt-table.js")) return null;
    const fromHere = (path) => import(pathToFileURL(join(FROM, path)).href);
    const [{ writeTable }, { patternSources }, { withPacks }, { PACK_NAMES }] = await Promise.all(
      ["node/prebuild.js", "core/rule.js", "core/detectors/index.js", "core/packs/index.js"].map(fromHere),
    );
    const detectors = [...withPacks([]), ...withPacks(PACK_NAMES)];
    const table = writeTable(detectors.flatMap(patternSources));
    return `export function prebuiltTable() { return ${JSON.stringify(table)}; }`;
  },
};

/** Every module is an entry, so that none loses an export. */
async function writeModules(files) {
  const build = await rolldown({
    cwd: FROM,
    input: Object.fromEntries(files.map((path) => [path.replace(/\.js$/, ""), `./${path}`])),
    platform: "node",
    external: /^[^./]/,
    plugins: [prebuiltTable],
    optimization: { inlineConst: { mode: "all", pass: 2 } },
  });
  await build.write({
    dir: TO,
    format: "esm",
    codeSplitting: { groups: [{ name: "core", test: /[\\/]\.build[\\/]core[\\/]/ }] },
    entryFileNames: "[name].js",
    chunkFileNames: `${SHARED}/[name].js`,
    sourcemap: true,
  });
  await build.close();
}

const written = (await readdir(FROM, { recursive: true })).filter(hasSource);
for (const folder of [SHARED, ...(await readdir(FROM))]) await rm(join(TO, folder), { recursive: true, force: true });
await writeModules(written.filter((path) => path.endsWith(".js")));
for (const path of written) if (path.endsWith(".d.ts")) await copyFile(join(FROM, path), join(TO, path));
await chmod(join(TO, PROGRAM), 0o755);
