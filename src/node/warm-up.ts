/**
 * Runs made-up events through the server before it listens: code that has not run yet is several times slower, and at a
 * few events a second it stays so for minutes.
 *
 * Owns the sockets of both ends, which are real: much of what an event costs is Node's own code. What fails here costs
 * the start nothing but its time.
 */
import type { Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { demoEvents } from "./demo-events.ts";

export interface WarmUpOptions {
  /** Serves the routes of a warm-up; closed at the end. */
  readonly http: Server;
  /** Each gets its share of the events. */
  readonly feeds: readonly string[];
  /** Longest time that it takes. */
  readonly limitMs: number;
  /** How many there are; absent: as many as it takes until nearly everything is as fast as it gets. */
  readonly events?: number | undefined;
  /** Ends it earlier. */
  readonly stopping?: Promise<void> | undefined;
}

export const LOOPBACK = "127.0.0.1";
/** What others need beyond these is other tables of automata, not other code. */
const FEEDS = 4;
const PRODUCERS = 4;
const EVENTS = 2_000;
const DIFFERENT_EVENTS = 64;
const WIRES = [
  ["accept: text/event-stream"],
  [
    "connection: upgrade",
    "upgrade: websocket",
    "sec-websocket-version: 13",
    "sec-websocket-key: d2FybSB1cCB3YXJtIHVwIQ==",
  ],
];

/** Resolves with how many events were answered, once all is closed. @throws Error when it cannot listen or connect. */
export async function runWarmUp({ http, feeds, limitMs, events = EVENTS, stopping }: WarmUpOptions): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
    void stopping?.then(resolve);
  });
  const clients = new Clients(events);
  try {
    const listenPort = await listen(http);
    await Promise.race([clients.play(listenPort, feeds.slice(0, FEEDS)), over]);
    return clients.answered;
  } finally {
    clearTimeout(timer);
    clients.leave();
    await new Promise<void>((resolve) => {
      http.close(() => resolve());
      http.closeAllConnections();
    });
  }
}

/** Subscribers and producers of a few feeds. */
class Clients {
  answered = 0;
  readonly #events: number;
  readonly #sockets: Socket[] = [];
  #sent = 0;
  #isOver = false;

  constructor(events: number) {
    this.#events = events;
  }

  /** Resolves when all events were answered; never after `leave`. */
  async play(listenPort: number, feeds: readonly string[]): Promise<void> {
    const paths = feeds.map((feed) => `/v1/feeds/${feed}/events`);
    for (const path of paths) {
      for (const headers of WIRES) {
        const subscriber = await this.#connect(listenPort);
        await ask(subscriber, requestOf("GET", path, headers));
        subscriber.resume();
      }
    }
    const events = demoEvents();
    const bodies = Array.from({ length: DIFFERENT_EVENTS }, () => (events.next().value as { data: string }).data);
    const producers = Array.from({ length: PRODUCERS }, () => this.#produce(listenPort, paths, bodies));
    await Promise.all(producers);
  }

  /** One event after the other, as fast as they are answered. */
  async #produce(listenPort: number, paths: readonly string[], bodies: readonly string[]): Promise<void> {
    const producer = await this.#connect(listenPort);
    while (this.#sent < this.#events) {
      const index = this.#sent++;
      const body = bodies[index % bodies.length];
      const headers = ["content-type: application/json", `content-length: ${Buffer.byteLength(body)}`];
      await ask(producer, requestOf("POST", paths[index % paths.length], headers) + body);
      this.answered++;
    }
  }

  #connect(listenPort: number): Promise<Socket> {
    const socket = connect({ port: listenPort, host: LOOPBACK, noDelay: true });
    if (this.#isOver) socket.destroy();
    this.#sockets.push(socket);
    return new Promise((resolve, reject) => {
      socket.once("connect", () => resolve(socket));
      socket.on("error", () => reject(new Error()));
    });
  }

  leave(): void {
    this.#isOver = true;
    for (const socket of this.#sockets) socket.destroy();
  }
}

function requestOf(method: string, path: string, headers: readonly string[]): string {
  return [`${method} ${path} HTTP/1.1`, `host: ${LOOPBACK}`, ...headers, "", ""].join("\r\n");
}

/** Resolves with the beginning of the answer, which here is all of it; never where there is none. */
function ask(socket: Socket, request: string): Promise<void> {
  return new Promise((resolve) => {
    socket.once("data", () => resolve());
    socket.write(request);
  });
}

function listen(http: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once("error", () => reject(new Error()));
    http.listen(0, LOOPBACK, () => resolve((http.address() as AddressInfo).port));
  });
}
