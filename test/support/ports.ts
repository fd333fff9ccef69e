/**
 * Ports for tests without a socket: time moves only when the test says so, and what is sent is kept.
 *
 * Owns the clock, sinks and sockets of one test. `soon` is a real loop turn; every longer time is the test's.
 */
import type { Ports } from "../../src/server/ports.ts";
import type { ByteSink } from "../../src/server/host/byte-sink.ts";
import type { Clock } from "../../src/server/host/clock.ts";
import type { Socket, SocketHandler } from "../../src/server/host/socket.ts";
import { FindingsReport } from "../../src/server/masking/findings-report.ts";
import { openApiOf } from "../../src/server/routes/openapi.ts";

interface Timer {
  atMs: number;
  readonly periodMs: number | undefined;
  readonly run: () => void;
}

export class FakeClock implements Clock {
  #nowMs = 1_790_000_000_000;
  readonly #timers = new Set<Timer>();

  /** The fine clock of these: a quarter of a millisecond passes between two looks at it. */
  readonly elapsedMs = (): number => (this.#elapsedMs += 0.25);
  #elapsedMs = 0;

  now(): number {
    return this.#nowMs;
  }

  soon(run: () => void): void {
    setImmediate(run);
  }

  after(delayMs: number, run: () => void): () => void {
    return this.#add({ atMs: this.#nowMs + delayMs, periodMs: undefined, run });
  }

  every(periodMs: number, run: () => void): () => void {
    return this.#add({ atMs: this.#nowMs + periodMs, periodMs, run });
  }

  get timerCount(): number {
    return this.#timers.size;
  }

  /** Moves time on and runs what falls due, in order, with a loop turn after each. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const due = this.#nextUntil(untilMs);
      if (due === undefined) break;
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      if (due.periodMs === undefined) this.#timers.delete(due);
      else due.atMs += due.periodMs;
      due.run();
      await turn();
    }
    this.#nowMs = untilMs;
  }

  #nextUntil(untilMs: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.atMs <= untilMs && timer.atMs < (next?.atMs ?? Infinity)) next = timer;
    }
    return next;
  }

  #add(timer: Timer): () => void {
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }
}

/** A subscriber's answer that takes everything at once, unless the test makes it stall. */
export class MemorySink implements ByteSink {
  readonly headers: Readonly<Record<string, string>>;
  readonly chunks: Uint8Array[] = [];
  isStalled = false;
  isClosed = false;
  isAborted = false;
  #queuedBytes = 0;
  #onClose: () => void = () => {};

  constructor(headers: Readonly<Record<string, string>>) {
    this.headers = headers;
  }

  write(bytes: Uint8Array): void {
    this.chunks.push(bytes);
    if (this.isStalled) this.#queuedBytes += bytes.length;
  }

  queuedBytes(): number {
    return this.#queuedBytes;
  }

  close(): void {
    this.isClosed = true;
    if (!this.isStalled) this.leave();
  }

  abort(): void {
    this.isAborted = true;
    this.leave();
  }

  onClose(run: () => void): void {
    this.#onClose = run;
  }

  /** The peer takes what waits: all, or so many bytes. */
  take(bytes = Infinity): void {
    this.#queuedBytes = Math.max(0, this.#queuedBytes - bytes);
  }

  leave(): void {
    const run = this.#onClose;
    this.#onClose = () => {};
    run();
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }
}

export class MemorySocket implements Socket {
  readonly messages: unknown[] = [];
  readonly protocol: string | undefined;
  readonly #handler: SocketHandler;
  closedWith: readonly [number, string] | undefined;
  isAborted = false;

  constructor(handler: SocketHandler, protocol: string | undefined) {
    this.#handler = handler;
    this.protocol = protocol;
    handler.open(this);
  }

  sendAll(texts: readonly Uint8Array[]): void {
    for (const text of texts) this.send(text);
  }

  send(text: Uint8Array): void {
    this.messages.push(JSON.parse(Buffer.from(text).toString()));
  }

  queuedBytes(): number {
    return 0;
  }

  close(code: number, reason: string): void {
    this.closedWith = [code, reason];
    this.#handler.closed(false);
  }

  abort(): void {
    this.isAborted = true;
    this.#handler.closed(false);
  }

  /** The client sends a text message, or a binary one when given bytes. */
  receive(message: unknown): void {
    const isBinary = message instanceof Uint8Array;
    const text = typeof message === "string" ? message : JSON.stringify(message);
    this.#handler.message(isBinary ? message : Buffer.from(text), isBinary);
  }

  leave(isOrderly = true): void {
    this.#handler.closed(isOrderly);
  }
}

export interface TestPorts extends Ports {
  readonly clock: FakeClock;
  /** Everything that was logged, as text. */
  readonly lines: string[];
  readonly sinks: MemorySink[];
  readonly sockets: MemorySocket[];
  /** The next sink takes nothing from the first byte on. */
  stallNext(): void;
}

export function createTestPorts(fetchPort: typeof fetch = () => Promise.reject(new Error("no upstream"))): TestPorts {
  const lines: string[] = [];
  const sinks: MemorySink[] = [];
  const sockets: MemorySocket[] = [];
  const write = (event: string, fields: object = {}): void => void lines.push(JSON.stringify({ event, ...fields }));
  let drawn = 0;
  let isNextStalled = false;
  return {
    clock: new FakeClock(),
    log: { info: write, warn: write, error: write },
    lines,
    sinks,
    sockets,
    stallNext: () => void (isNextStalled = true),
    random: (bytes) => Uint8Array.from({ length: bytes }, () => (drawn = (drawn + 97) % 256)),
    fetch: fetchPort,
    describeRoutes: openApiOf,
    openReport: (_context, asked) => (asked.findings === undefined ? undefined : new FindingsReport(asked)),
    openSink: (_context, headers) => {
      const sink = new MemorySink(headers);
      sink.isStalled = isNextStalled;
      isNextStalled = false;
      sinks.push(sink);
      return { sink, response: new Response(null, { headers: { ...headers } }) };
    },
    upgradeSocket: (_context, handler, protocol) => {
      sockets.push(new MemorySocket(handler, protocol));
      return new Response(null, { status: 200, headers: { "x-upgraded": "1" } });
    },
  };
}

/** Lets everything that is due in this and the next loop turns run. */
export async function turn(turns = 4): Promise<void> {
  for (let index = 0; index < turns; index++) await new Promise((resolve) => setImmediate(resolve));
}
