/** What `npm publish` would take: all that the program reads, and nothing that only a checkout has a use for. */
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { createContext, runInContext } from "node:vm";
import { beforeAll, expect, it } from "vitest";
import { REPOSITORY } from "../support/repository.ts";
import { requireProgram } from "../support/run-server.ts";
import { deployedModules } from "../support/workerd.ts";

const FROM_HERE = /(?:new URL\(|createRequire\(import\.meta\.url\)\()"(\.[^"]+)"/g;

let packed: readonly string[];
beforeAll(async () => {
  requireProgram();
  const words = ["pack", "--dry-run", "--json", "--ignore-scripts"];
  const { stdout } = await promisify(execFile)("npm", words, { cwd: REPOSITORY, maxBuffer: 16 * 1024 ** 2 });
  const [{ files }] = JSON.parse(stdout) as [{ readonly files: readonly { readonly path: string }[] }];
  packed = files.map(({ path }) => path);
});

it("holds every file that the program looks for beside itself", async () => {
  const folder = join(REPOSITORY, "dist");
  const scripts = (await readdir(folder, { recursive: true })).filter((name) => /^(?:node|chunks)\/.*\.js$/.test(name));
  const wanted: string[] = [];
  for (const name of scripts) {
    const from = pathToFileURL(join(folder, name));
    for (const [, path] of (await readFile(from, "utf8")).matchAll(FROM_HERE))
      wanted.push(relative(REPOSITORY, fileURLToPath(new URL(path, from))));
  }
  expect(wanted).toContain("worker/modules.json");
  const missing = wanted.filter((path) => !packed.some((file) => file === path || file.startsWith(`${path}/`)));
  expect(missing).toEqual([]);
});

it("holds the modules of a deployment, and both entries", async () => {
  const modules = (await deployedModules()).map((name) => `dist/worker/${name}`);
  const entries = ["dist/node/main.js", "dist/core/index.js", "dist/core/index.d.ts", "dist/worker/check.js"];
  // What docs/kubernetes.md begins with.
  const example = "manifests/base/maskwire.yaml";
  expect(packed).toEqual(expect.arrayContaining([...modules, ...entries, example]));
});

it("holds what each name that may be imported stands for, and its types", async () => {
  const { exports } = JSON.parse(await readFile(join(REPOSITORY, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  };
  const paths = Object.values(exports).flatMap((one) => Object.values(one).map((path) => path.replace("./", "")));
  expect(packed).toEqual(expect.arrayContaining(paths));
  expect(paths).toContain("dist/server/keys/library.js");
});

it("holds a library that imports nothing, and masks where there is the language and nothing else", async () => {
  const imports = (text: string): string[] =>
    [...text.matchAll(/^(?:import|export)\b[^;]*?\bfrom "([^"]+)"|\bimport\("([^"]+)"\)/gm)].map((found) => found[1]);
  expect(imports(await readFile(join(REPOSITORY, "dist/core/index.js"), "utf8"))).toEqual(["../chunks/core.js"]);
  const core = await readFile(join(REPOSITORY, "dist/chunks/core.js"), "utf8");
  expect(imports(core)).toEqual([]);
  // No Node and no web: a realm without TextEncoder, Buffer, process and timers.
  const realm = createContext({ text: "mail jane@acme.com" });
  const script = core.replace(/^export \{[^}]*\};$/m, "globalThis.maskwire = { compilePolicy, maskWhole };");
  const masked: unknown = runInContext(
    `"use strict";
    {${script}
    }
    const { compilePolicy, maskWhole } = maskwire;
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    [typeof Buffer, typeof TextEncoder, String.fromCharCode(...maskWhole(compilePolicy({}), "text", bytes))].join(" ");`,
    realm,
  );
  expect(masked).toBe("undefined undefined mail [EMAIL]");
});

it("holds no source, no map to one, and no notes of the compiler", () => {
  expect(packed.filter((path) => /\.(?:map|tsbuildinfo)$|(?<!\.d)\.ts$|meta\.json$/.test(path))).toEqual([]);
});
