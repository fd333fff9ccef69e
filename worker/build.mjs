/**
 * Bundles the worker into the modules that a deployment is put together from, and holds them to their size.
 *
 *   node worker/build.mjs [folder]        index.js and what it imports by name, in dist/worker; with --quiet no sizes
 *   node worker/build.mjs entry outfile   everything that this entry reaches, in one module
 *
 * `packs.js` and `no-packs.js` take each other's place, and so for `operators`, `properties`, `strictness`, `jose` and `ciphers`:
 * a deployment carries what it uses; `deployment.js` is where its own configuration goes. Whoever deploys needs no bundler.
 */
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { minify, parseSync, Visitor } from "rolldown/utils";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
/** All modules together of a deployment that names no pack, issuer, cipher, order of strictness and no operator of those apart. */
const GZIP_LIMIT_BYTES = 150_000;

/** What stands in a module of its own, by the end of its path. */
const MODULES = [
  { filter: /packs[\\/]index\.ts$/, path: "./packs.js" },
  { filter: /core[\\/]optional\.ts$|^\.{1,2}[\\/]optional\.ts$/, path: "./operators.js" },
  { filter: /[\\/]unicode-properties\.ts$/, path: "./properties.js" },
  { filter: /[\\/]strictness\.ts$/, path: "./strictness.js" },
  { filter: /^jose$/, path: "./jose.js" },
  { filter: /^@noble[\\/]ciphers[\\/]/, path: "./ciphers.js" },
  { filter: /console[\\/]page\.ts$/, path: "./console.js" },
];

/**
 * What tables carry for people and for tests: where a pattern comes from, what it is to find and what not, which brand
 * issues a card, what an operator and its options do. Nothing at the edge reads it, and it is a fortieth of the bundle.
 * Examples may be counted, so that their lists stay.
 */
const PROOFS = { source: "", brand: "", description: "", hits: "hits: [],", misses: "misses: []," };

const WITH_PROOFS = /src[\\/]core[\\/](?:detectors|operators|packs|validators)[\\/][^\\/]+\.ts$/;

const withoutProofs = {
  name: "without-proofs",
  setup({ onLoad }) {
    onLoad({ filter: WITH_PROOFS }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const parts = [];
      let end = 0;
      const { program } = parseSync(path, text);
      new Visitor({
        Property({ key, start, end: last, shorthand }) {
          if (shorthand || !Object.hasOwn(PROOFS, key.name) || start < end) return;
          parts.push(text.slice(end, start), PROOFS[key.name]);
          end = text[last] === "," ? last + 1 : last;
        },
      }).visit(program);
      return { contents: parts.join("") + text.slice(end), loader: "ts" };
    });
  },
};

/** What the page carries into the browser: nobody at the edge reads the source of its script and style. */
const withSmallPage = {
  name: "with-small-page",
  setup({ onLoad }) {
    onLoad({ filter: /src[\\/]console[\\/](?:script|style)\.ts$/ }, async ({ path }) => {
      const { outputFiles } = await build({ entryPoints: [path], bundle: true, format: "esm", write: false });
      const [name, text] = Object.entries(
        await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`),
      )[0];
      const loader = path.endsWith("style.ts") ? "css" : "js";
      const { code } = await transform(text, { loader, minify: true, charset: "utf8", target: "es2022" });
      return { contents: `export const ${name} = ${JSON.stringify(code)};` };
    });
  },
};

/** The texts of errors that nothing at the edge meets: test/worker/host-errors.test.ts holds the list to that. */
const withoutHostErrors = {
  name: "without-host-errors",
  setup({ onLoad }) {
    onLoad({ filter: /src[\\/]core[\\/]errors\.ts$/ }, async ({ path }) => {
      const codes = JSON.parse(await readFile(join(ROOT, "worker/host-errors.json"), "utf8"));
      const row = new RegExp(`\\b(${codes.join("|")})(: \\{[^}]*text:\\s*)"(?:[^"\\\\]|\\\\.)*"`, "g");
      return { contents: (await readFile(path, "utf8")).replaceAll(row, '$1$2""'), loader: "ts" };
    });
  },
};

/**
 * What the server has and the edge has not: `/metrics`, network policies to be tried, values turned back, quicker ways past escapes, signs and
 * numbers, patterns that are compiled already, and a second look at the form of policies. Each has a stand-in in `worker/no-….ts`, and so have the parts of Hono
 * that no route asks for.
 */
const LEFT_OUT = [
  "telemetry/metrics",
  "lifecycle/canary",
  "detokenize",
  "json/near-escapes",
  "json/token-ends",
  "policy-check",
  "prebuilt",
  "sieve-use",
  "sifted-lines",
  "sha256",
];

/** How Hono names the files that read forms, write HTML out of parts, and put apps under apps. */
const HONO_PARTS = /^\.\/utils\/(?:body|html|mount)\.js$/;

const withoutOperations = {
  name: "without-operations",
  setup({ onResolve }) {
    for (const name of LEFT_OUT) {
      const path = join(ROOT, `worker/no-${name.split("/").at(-1)}.ts`);
      onResolve({ filter: new RegExp(`^\\.{1,2}/${name}\\.ts$`) }, () => ({ path }));
    }
    onResolve({ filter: /^\.\/utils\.js$/ }, ({ importer }) =>
      /@noble[\\/]hashes[\\/]/.test(importer) ? { path: join(ROOT, "worker/no-noble.ts") } : null,
    );
    onResolve({ filter: HONO_PARTS }, ({ importer }) =>
      /[\\/]node_modules[\\/]hono[\\/]/.test(importer) ? { path: join(ROOT, "worker/no-hono.ts") } : null,
    );
  },
};

const apart = {
  name: "apart",
  setup({ onResolve }) {
    for (const { filter, path } of MODULES)
      onResolve({ filter }, ({ kind, importer }) =>
        kind === "entry-point" || /worker[\\/](?:jose|ciphers)\.ts$/.test(importer) ? null : { path, external: true },
      );
  },
};

const OPTIONS = {
  absWorkingDir: ROOT,
  bundle: true,
  format: "esm",
  target: "es2022",
  platform: "neutral",
  mainFields: ["module", "main"],
  conditions: ["workerd", "worker", "browser"],
  external: ["cloudflare:*", "./deployment.js"],
  // A dozen routes need no router that compiles them, which would be a fiftieth of the bundle.
  alias: { hono: "hono/tiny" },
  // Whom the core asks for what Node has; nobody is there without a flag that the worker does not set.
  define: { "globalThis.process": "undefined" },
  minify: true,
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
};

/** `optional`: what a deployment may go without, each with a stand-in in `worker/no-….ts`. */
const { always: ALWAYS, optional: OPTIONAL } = JSON.parse(await readFile(join(ROOT, "worker/modules.json"), "utf8"));
const STAND_INS = OPTIONAL.map((name) => `no-${name}`);

/** What the modules have in common becomes `shared.js`. */
const ENTRIES = {
  index: "worker/index.ts",
  packs: "src/core/packs/index.ts",
  properties: "src/core/pattern/unicode-properties.ts",
  jose: "worker/jose.ts",
  ciphers: "worker/ciphers.ts",
  console: "src/console/page.ts",
  ...Object.fromEntries(STAND_INS.map((name) => [name, `worker/${name}.ts`])),
};

/** Sizes are for those who change something. */
const isQuiet = process.argv.includes("--quiet");

function say(text) {
  if (!isQuiet) process.stdout.write(text);
}

async function gzipBytesOf(folder, name) {
  const text = await readFile(join(folder, name));
  const gzipBytes = gzipSync(text).length;
  say(`${name}: ${text.length} bytes, ${gzipBytes} gzip\n`);
  return gzipBytes;
}

/** What the bundler's own minifier leaves: constants where they are used, among others; a fiftieth of the bytes. */
async function shrink(folder) {
  for (const name of (await readdir(folder)).filter((file) => file.endsWith(".js"))) {
    const path = join(folder, name);
    const { code, errors } = await minify(name, await readFile(path, "utf8"), {
      module: true,
      compress: { target: "es2022" },
      mangle: { toplevel: true },
    });
    if (errors.length > 0) throw new Error(`${name} cannot be made smaller`);
    await writeFile(path, code);
  }
}

/** A module that has another name now would be taken for one that there is. */
async function sweep(folder) {
  const made = new Set([...ALWAYS, ...OPTIONAL, ...STAND_INS, "check", "deployment"].map((name) => `${name}.js`));
  const files = await readdir(folder);
  await Promise.all(
    files.filter((name) => name.endsWith(".js") && !made.has(name)).map((name) => rm(join(folder, name))),
  );
}

async function buildModules(folder) {
  const { metafile } = await build({
    ...OPTIONS,
    entryPoints: ENTRIES,
    outdir: folder,
    splitting: true,
    chunkNames: "shared",
    plugins: [withoutProofs, withSmallPage, withoutHostErrors, withoutOperations, apart],
  });
  // For `maskwire worker build`, which asks the worker's own code what it would refuse.
  await build({
    ...OPTIONS,
    entryPoints: [join(ROOT, "worker/config.ts")],
    outfile: join(folder, "check.js"),
    plugins: [withoutProofs, withSmallPage, withoutHostErrors, withoutOperations],
  });
  // Alone, or what it has in common with others would be one more module.
  await build({
    ...OPTIONS,
    entryPoints: [join(ROOT, "src/core/optional.ts")],
    outfile: join(folder, "operators.js"),
    plugins: [withoutProofs],
  });
  await build({
    ...OPTIONS,
    entryPoints: [join(ROOT, "src/server/masking/strictness.ts")],
    outfile: join(folder, "strictness.js"),
    plugins: [apart],
  });
  await sweep(folder);
  await shrink(folder);
  await writeFile(join(folder, "deployment.js"), "export default undefined;\n");
  await writeFile(join(folder, "meta.json"), JSON.stringify(metafile));
  for (const name of OPTIONAL) await gzipBytesOf(folder, `${name}.js`);
  let gzipBytes = 0;
  for (const name of [...ALWAYS, ...STAND_INS]) gzipBytes += await gzipBytesOf(folder, `${name}.js`);
  say(`together, without packs, tokens and ciphers: ${gzipBytes} gzip of ${GZIP_LIMIT_BYTES}\n`);
  if (gzipBytes <= GZIP_LIMIT_BYTES) return;
  process.stderr.write("The worker is over its size limit; meta.json says which import grew it.\n");
  process.exitCode = 1;
}

const [first, outfile] = process.argv.slice(2).filter((word) => word !== "--quiet");
if (outfile === undefined) await buildModules(first ?? join(ROOT, "dist/worker"));
else
  await build({
    ...OPTIONS,
    entryPoints: [join(ROOT, first)],
    outfile,
    plugins: [withoutProofs, withSmallPage, withoutHostErrors, withoutOperations],
  });
