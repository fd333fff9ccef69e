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
  /** Makes a server that was never used; it is closed at the end. */
  readonly open: () => Opened;
  /** Longest time that it takes. */
  readonly limitMs: number;
  /** How many there are; absent: as many as it takes until nearly everything is as fast as it gets. */
  readonly events?: number | undefined;
  /** Ends it earlier. */
  readonly stopping?: Promise<void> | undefined;
}

interface Opened {
  /** Serves the routes of a warm-up. */
  readonly http: Server;
  /** Each gets its share of the events. */
  readonly feeds: readonly string[];
}

export const LOOPBACK = "127.0.0.1";
/** What others need beyond these is other tables of automata, not other code. */
const FEEDS = 4;
const PRODUCERS = 4;
const EVENTS = 2_000;
const DIFFERENT_EVENTS = 64;
/** So many get the same that a delivery goes through them in more than one turn. */
const CROWD = 20;
const WIRES = {
  sse: ["accept: text/event-stream"],
  websocket: [
    "connection: upgrade",
    "upgrade: websocket",
    "sec-websocket-version: 13",
    "sec-websocket-key: d2FybSB1cCB3YXJtIHVwIQ==",
  ],
};

interface Round {
  readonly wires: readonly (keyof typeof WIRES)[];
  /** To each wire of each feed. */
  readonly subscribers: number;
  /** Header names as most clients write them, and some more headers. */
  readonly isWordy: boolean;
}

/**
 * Each has a server of its own. What is compiled for one server, its first connections, its first subscribers is thrown
 * away at another's: the code that stays has seen several, and so does not mind the real one.
 */
const ROUNDS: readonly Round[] = [
  { wires: ["sse", "websocket"], subscribers: 1, isWordy: false },
  { wires: ["websocket"], subscribers: CROWD, isWordy: true },
  { wires: ["sse"], subscribers: CROWD, isWordy: true },
  { wires: ["websocket", "sse"], subscribers: 2, isWordy: false },
];

/** Resolves with how many events were answered, once all is closed. @throws Error when it cannot listen or connect. */
export async function runWarmUp({ open, limitMs, events = EVENTS, stopping }: WarmUpOptions): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
    void stopping?.then(resolve);
  }).then(() => void (isOver = true));
  let answered = 0;
  try {
    for (const [index, round] of ROUNDS.entries()) {
      if (isOver) break;
      const before = Math.floor((events * index) / ROUNDS.length);
      const share = Math.floor((events * (index + 1)) / ROUNDS.length) - before;
      answered += await runRound(open(), new Clients(round, share), over);
    }
    return answered;
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves with how many events were answered. @throws Error likewise. */
async function runRound({ http, feeds }: Opened, clients: Clients, over: Promise<void>): Promise<number> {
  try {
    const listenPort = await listen(http);
    await Promise.race([clients.play(listenPort, feeds.slice(0, FEEDS)), over]);
    return clients.answered;
  } finally {
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
  readonly #round: Round;
  readonly #events: number;
  readonly #sockets: Socket[] = [];
  #sent = 0;
  #isOver = false;

  constructor(round: Round, events: number) {
    this.#round = round;
    this.#events = events;
  }

  /** Resolves when all events were answered; never after `leave`. */
  async play(listenPort: number, feeds: readonly string[]): Promise<void> {
    const paths = feeds.map((feed) => `/v1/feeds/${feed}/events`);
    for (const path of paths) {
      for (const wire of this.#round.wires) {
        for (let count = 0; count < this.#round.subscribers; count++) {
          const subscriber = await this.#connect(listenPort);
          await ask(subscriber, this.#request("GET", path, WIRES[wire]));
          subscriber.resume();
        }
      }
    }
    const bodies = drawBodies();
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
      await ask(producer, this.#request("POST", paths[index % paths.length], headers) + body);
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

  #request(method: string, path: string, headers: readonly string[]): string {
    const { isWordy } = this.#round;
    const lines = [
      `host: ${LOOPBACK}`,
      ...(isWordy ? ["user-agent: warm-up", "accept-encoding: gzip"] : []),
      ...headers,
    ];
    const spelled = isWordy
      ? lines.map((line) => line.replace(/^[a-z]|-[a-z]/g, (letter) => letter.toUpperCase()))
      : lines;
    return [`${method} ${path} HTTP/1.1`, ...spelled, "", ""].join("\r\n");
  }

  leave(): void {
    this.#isOver = true;
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Objects, and every fourth a line of text. */
function drawBodies(): readonly string[] {
  const events = demoEvents();
  return Array.from({ length: DIFFERENT_EVENTS }, (_, index) => {
    const { data } = events.next().value as { data: string };
    return index % 4 === 3 ? JSON.stringify(data.replace(/[^\w.:@+-]+/g, " ")) : data;
  });
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
