/**
 * Drives a headless Chromium over its DevTools protocol: what no other client shows of the console page.
 *
 * Owns the browser's process and its profile, and ends both. Never downloads a browser.
 */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import { own } from "./own.ts";
import { until } from "./until.ts";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--remote-debugging-port=0",
];

export interface PageOptions {
  /** Path of the browser, from `ensureCommand("chromium", "chromium")`. */
  readonly browserPath: string;
  readonly width: number;
  readonly height: number;
  readonly scheme: "light" | "dark";
}

export interface Page {
  /** What the page and its script complained about: console errors, exceptions, refused by policy. */
  readonly complaints: readonly string[];
  /** Value of an expression in the page, as JSON. */
  evaluate(expression: string): Promise<unknown>;
  /** Looks again until the expression is true in the page. */
  until(expression: string): Promise<void>;
  /** PNG. */
  screenshot(): Promise<Uint8Array>;
}

interface Answer {
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

type Params = Readonly<Record<string, unknown>>;
type Send = (method: string, params?: Params) => Promise<Record<string, unknown>>;

/** Opens `url` in a new browser, hands the page to `use`, and closes everything. */
export async function withPage<T>(url: string, options: PageOptions, use: (page: Page) => Promise<T>): Promise<T> {
  const profile = await mkdtemp(join(tmpdir(), "maskwire-browser-"));
  const child = own(
    spawn(options.browserPath, [...FLAGS, `--user-data-dir=${profile}`, "about:blank"], {
      stdio: ["ignore", "ignore", "pipe"],
    }),
  );
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  try {
    const endpoint = await new Promise<string>((resolve, reject) => {
      let said = "";
      child.once("exit", () => reject(new Error("Chromium did not start")));
      child.stderr.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        const found = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
        if (found !== undefined) resolve(found);
      });
    });
    return await drive(endpoint, { url, options, use });
  } finally {
    child.kill("SIGKILL");
    await exited;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface Errand<T> {
  readonly url: string;
  readonly options: PageOptions;
  readonly use: (page: Page) => Promise<T>;
}

async function drive<T>(endpoint: string, { url, options, use }: Errand<T>): Promise<T> {
  const socket = new WebSocket(endpoint);
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  const waiting = new Map<number, (answer: Answer) => void>();
  const complaints: string[] = [];
  let lastId = 0;
  let sessionId: string | undefined;
  socket.on("message", (data: Buffer) => {
    const message = JSON.parse(data.toString()) as Answer & { id?: number; method?: string; params?: Params };
    if (message.id !== undefined) waiting.get(message.id)?.(message);
    else if (message.method === "Runtime.exceptionThrown" || isErrorEntry(message))
      complaints.push(JSON.stringify(message.params));
  });
  const send: Send = (method, params = {}) =>
    new Promise((resolve, reject) => {
      lastId += 1;
      waiting.set(lastId, ({ result, error }) =>
        error === undefined ? resolve(result ?? {}) : reject(new Error(error.message)),
      );
      socket.send(JSON.stringify({ id: lastId, method, params, ...(sessionId === undefined ? {} : { sessionId }) }));
    });
  try {
    const { targetId } = await send("Target.createTarget", { url: "about:blank" });
    sessionId = String((await send("Target.attachToTarget", { targetId, flatten: true }))["sessionId"]);
    await Promise.all([send("Runtime.enable"), send("Log.enable"), send("Page.enable")]);
    const { width, height, scheme } = options;
    await send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
    await send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
    await send("Page.navigate", { url });
    const page = pageOf(send, complaints);
    await page.until('location.href !== "about:blank" && document.readyState === "complete"');
    return await use(page);
  } finally {
    socket.terminate();
  }
}

function isErrorEntry(message: { method?: string; params?: Params }): boolean {
  return (
    message.method === "Log.entryAdded" &&
    (message.params?.["entry"] as { level?: string } | undefined)?.level === "error"
  );
}

function pageOf(send: Send, complaints: readonly string[]): Page {
  const evaluate = async (expression: string): Promise<unknown> => {
    const { result } = await send("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
    return (result as { value?: unknown } | undefined)?.value;
  };
  return {
    complaints,
    evaluate,
    until: (expression) =>
      until(
        // While it goes from one document to the next there is none to ask.
        async () => (await evaluate(expression).catch(() => undefined)) === true,
        () => expression,
      ),
    screenshot: async () =>
      Buffer.from(String((await send("Page.captureScreenshot", { format: "png" }))["data"]), "base64"),
  };
}
