/**
 * RE2 in JavaScript: Google's compiled to WebAssembly, and the port re2js.
 *
 * Owns how they are driven safely: on one line at a time, since both take far longer on long strings.
 */
import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { mapLines } from "./platform.ts";
import { ALTERNATION, REPLACEMENT } from "./patterns.ts";
import { inProcess, type Peer } from "./peer.ts";

const WASM_SAMPLE_BYTES = 60_000;
const JS_SAMPLE_BYTES = 200_000;
export const RE2JS_VERSION = "2.10.0";

/** The part of its API that is used: the package is not a dependency. */
interface Re2js {
  readonly RE2JS: {
    compile(pattern: string): { matcher(text: string): { replaceAll(replacement: string): string } };
  };
}

export const re2Wasm: Peer = {
  name: "re2-wasm",
  summary: "re2-wasm, one alternation, replace on each line",
  sampleBytes: WASM_SAMPLE_BYTES,
  answer: "masked",
  absence: ({ benchFolder }) =>
    existsSync(join(benchFolder, "../node_modules/re2-wasm")) ? undefined : { reason: "re2-wasm is not installed" },
  open: async ({ text }) => {
    const { RE2 } = await import("re2-wasm");
    const pattern = new RE2(ALTERNATION, "gu");
    return inProcess(() => [mapLines(text, (line) => pattern.replace(line, REPLACEMENT))]);
  },
};

export const re2js: Peer = {
  name: "re2js",
  summary: `re2js ${RE2JS_VERSION}, one alternation, replaceAll on each line`,
  sampleBytes: JS_SAMPLE_BYTES,
  answer: "masked",
  absence: ({ benchFolder }) =>
    existsSync(peerModules(benchFolder)) ? undefined : { reason: `re2js ${RE2JS_VERSION} is not in bench/.peers` },
  open: async ({ text }, { benchFolder }) => {
    const load = createRequire(join(benchFolder, ".peers/package.json"));
    const { RE2JS } = load("re2js") as Re2js;
    const pattern = RE2JS.compile(ALTERNATION);
    return inProcess(() => [mapLines(text, (line) => pattern.matcher(line).replaceAll(REPLACEMENT))]);
  },
};

function peerModules(benchFolder: string): string {
  return join(benchFolder, ".peers/node_modules/re2js");
}
