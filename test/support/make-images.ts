/**
 * Makes docs/images anew from the built program, for whoever changes the console or the demo:
 *   npm run build && npx esbuild test/support/make-images.ts --bundle --packages=external --platform=node \
 *     --format=esm --outfile=dist/make-images.mjs && node dist/make-images.mjs
 *
 * Owns the two pictures. Needs Chromium and util-linux's `script`; the texts in them are the program's own.
 */
import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { withPage } from "./browser.ts";
import { ensureCommand } from "./debian.ts";
import { renderTerminal } from "./terminal-svg.ts";

const FOLDER = "docs/images";
const PAIRS = 9;
/** Time for the page to fill: a few rows and figures that say something. */
const ROWS_WANTED = 24;

const SERVE = "node dist/node/main.js serve --demo --port 0";
/** A terminal of its own, so that the program shows its pairs and colours. */
const child = spawn("script", ["--quiet", "--flush", "--return", "--command", SERVE, "/dev/null"], {
  env: { ...process.env, MASKWIRE_ADMIN_PORT: "0", TERM: "xterm-256color" },
  stdio: ["ignore", "pipe", "ignore"],
});
const exited = new Promise((resolve) => child.once("exit", resolve));
let said = "";
child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 100));
}

try {
  await mkdir(FOLDER, { recursive: true });
  await until(() => said.split("masked").length > PAIRS + 2);
  const lines = said.replaceAll("\r", "").split("\n");
  const first = lines.findIndex((line) => line.includes("raw   "));
  // Left of the pairs stands what a reader would type: the port differs at each run.
  await writeFile(
    `${FOLDER}/demo.svg`,
    renderTerminal(["$ npm start", "", ...lines.slice(first, first + PAIRS * 3 - 1)]),
  );
  const url = /open +(http:\/\/\S+)/.exec(said)?.[1] ?? "";
  const { path } = ensureCommand("chromium", "chromium");
  if (path === null) throw new Error("no Chromium: the console's picture stays as it is");
  await withPage(url, { browserPath: path, width: 1360, height: 860, scheme: "light" }, async (page) => {
    await page.until(`document.querySelectorAll("#rows li").length >= ${ROWS_WANTED}`);
    // Rows fade in.
    await new Promise((resolve) => setTimeout(resolve, 200));
    await writeFile(`${FOLDER}/console.png`, await page.screenshot());
  });
} finally {
  child.kill("SIGTERM");
  await exited;
}
