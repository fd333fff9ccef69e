/**
 * One remote detector as this server uses it: so many requests at once, so long each, and no answer that was not checked.
 *
 * Owns the queue, the time and the counters. A record waits at most `timeoutMs`, its time in the queue included.
 */
import { StreamError, type Finding } from "../../core/index.ts";
import type { RemoteDetectorConfig } from "../config/remote-config.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Clock } from "../host/clock.ts";
import { RemoteError, type RemoteAdapter, type RemoteFailure, type Shown } from "./detector.ts";
import { presidio } from "./presidio.ts";

export interface RemoteClientOptions {
  readonly name: string;
  readonly config: RemoteDetectorConfig;
  readonly ports: { readonly clock: Clock; readonly fetch: typeof fetch };
  readonly metrics: Metrics;
}

const ADAPTERS: Readonly<Record<RemoteDetectorConfig["adapter"], RemoteAdapter>> = { presidio };

/** What an answer may be long: a finding of a few characters, with all that a service tells of it, is some 300 bytes. */
const ANSWER_BYTES_PER_RECORD_BYTE = 64;
const ANSWER_FLOOR_BYTES = 65_536;

export class RemoteClient {
  readonly config: RemoteDetectorConfig;
  readonly #options: RemoteClientOptions;
  readonly #waiting = new Set<() => void>();
  #running = 0;

  constructor(options: RemoteClientOptions) {
    this.#options = options;
    this.config = options.config;
  }

  /** What it finds in a text, or why it is of no use. Never throws. */
  async find(shown: Shown, lengthBytes: number): Promise<readonly Finding[] | RemoteFailure> {
    const { name, metrics, ports } = this.#options;
    const startedAtMs = ports.clock.now();
    metrics.add("remote_requests_total", 1, name);
    try {
      return await this.#within(lengthBytes, (signal) => this.#ask(shown, signal));
    } catch (thrown) {
      const failure = failureOf(thrown);
      metrics.add("remote_failures_total", 1, name, failure);
      return failure;
    } finally {
      metrics.observe("remote_seconds", (ports.clock.now() - startedAtMs) / 1000, name);
    }
  }

  /** Runs when there is room, and gives up in time, whatever `run` does. */
  async #within<Value>(lengthBytes: number, run: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
    const { recordLimitBytes, waitingLimit, concurrencyLimit, timeoutMs } = this.config;
    if (lengthBytes > recordLimitBytes) throw new RemoteError("record-too-long");
    if (this.#running >= concurrencyLimit && this.#waiting.size >= waitingLimit) throw new RemoteError("busy");
    const abort = new AbortController();
    let stopTimer = (): void => {};
    const late = new Promise<never>((_, reject) => {
      stopTimer = this.#options.ports.clock.after(timeoutMs, () => {
        reject(new RemoteError("timeout"));
        abort.abort();
      });
    });
    try {
      return await Promise.race([this.#inTurn(abort.signal, run), late]);
    } finally {
      stopTimer();
    }
  }

  async #inTurn<Value>(signal: AbortSignal, run: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
    if (this.#running >= this.config.concurrencyLimit) await this.#room(signal);
    else this.#running++;
    try {
      return await run(signal);
    } finally {
      const [next] = this.#waiting;
      if (next === undefined) this.#running--;
      else {
        this.#waiting.delete(next);
        next();
      }
    }
  }

  /** Resolves when a request that has ended leaves its place to this one; who has given up is not waited for. */
  #room(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.add(resolve);
      signal.addEventListener("abort", () => {
        if (this.#waiting.delete(resolve)) reject(new RemoteError("timeout"));
      });
    });
  }

  async #ask(shown: Shown, signal: AbortSignal): Promise<readonly Finding[]> {
    const { config } = this;
    const adapter = ADAPTERS[config.adapter];
    const { contentType, body } = adapter.request(shown, config);
    const response = await this.#options.ports.fetch(config.url, {
      method: "POST",
      headers: { ...config.headers, "content-type": contentType, accept: contentType, "accept-encoding": "identity" },
      body,
      redirect: "manual",
      signal,
    });
    if (response.status !== 200) {
      response.body?.cancel().catch(() => {});
      throw new RemoteError("status");
    }
    const limit = Math.max(ANSWER_FLOOR_BYTES, shown.codePoints * ANSWER_BYTES_PER_RECORD_BYTE);
    return adapter.read(await readAnswer(response, limit), shown, config);
  }
}

async function readAnswer(response: Response, limitBytes: number): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let next = await reader?.read(); next !== undefined && !next.done; next = await reader?.read()) {
    length += next.value.length;
    if (length > limitBytes) {
      reader?.cancel().catch(() => {});
      throw new RemoteError("answer-too-long");
    }
    chunks.push(next.value);
  }
  const answer = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    answer.set(chunk, at);
    at += chunk.length;
  }
  return answer;
}

/** Whatever else was thrown is foreign, and says that there was no answer. */
function failureOf(thrown: unknown): RemoteFailure {
  if (thrown instanceof RemoteError) return thrown.failure;
  return thrown instanceof StreamError && thrown.code === "EGRESS_REFUSED" ? "egress-refused" : "unreachable";
}
