/**
 * Bundles the worker into one ES module, the `main` of wrangler.jsonc, and holds it to its size.
 *
 *   node worker/build.mjs [entry] [outfile]
 */
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const GZIP_LIMIT_BYTES = 150_000;

const [entry = join(ROOT, "worker/index.ts"), outfile = join(ROOT, "dist/worker/index.js")] = process.argv.slice(2);

/**
 * What detectors carry for people and for tests: where a pattern comes from, what it is to find and what not. Nothing at the
 * edge reads it, and it is a fiftieth of the bundle.
 */
const withoutProofs = {
  name: "without-proofs",
  setup({ onLoad }) {
    onLoad({ filter: /src[\\/]core[\\/](?:detectors|packs)[\\/][^\\/]+\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const contents = text
        .replaceAll(/\bsource:\s*"(?:[^"\\]|\\.)*"/g, 'source: ""')
        .replaceAll(/\b(hits|misses): \[\s*(?:"(?:[^"\\]|\\.)*",?\s*)+\]/g, "$1: []");
      return { contents, loader: "ts" };
    });
  },
};

const { metafile } = await build({
  absWorkingDir: ROOT,
  entryPoints: [entry],
  outfile,
  bundle: true,
  format: "esm",
  target: "es2022",
  platform: "neutral",
  mainFields: ["module", "main"],
  conditions: ["workerd", "worker", "browser"],
  external: ["cloudflare:*"],
  minify: true,
  legalComments: "none",
  metafile: true,
  plugins: [withoutProofs],
  logLevel: "warning",
});
await writeFile(`${outfile}.meta.json`, JSON.stringify(metafile));

const bundle = await readFile(outfile);
const gzipBytes = gzipSync(bundle).length;
const name = relative(process.cwd(), outfile);
process.stdout.write(`${name}: ${bundle.length} bytes, ${gzipBytes} gzip (limit ${GZIP_LIMIT_BYTES})\n`);
if (gzipBytes > GZIP_LIMIT_BYTES) {
  process.stderr.write("The worker is over its size limit; the .meta.json file beside it says which import grew it.\n");
  process.exitCode = 1;
}
