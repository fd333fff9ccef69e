/**
 * Many WebSocket subscribers on one feed's object, and a producer that keeps its pace: who loses what.
 *
 *   npm run stress:edge [-- SUBSCRIBERS [SECONDS]]
 *
 * Owns the count and the verdict: 1 when a subscriber has not had every event, once and in order. Clients that are ended come
 * back with their position, as every client does.
 */
import process from "node:process";
import { WebSocket } from "ws";
import { OBJECTS, startWorkerd } from "../support/workerd.ts";

const SUBSCRIBERS = 1_000;
const SECONDS = 30;
const EVENTS_A_SECOND = 100;
/** Ten requests a second. */
const BATCH = 10;
/** After the last event. */
const PATIENCE_MS = 300_000;
const OPEN = { unsafeNoAuthentication: true };

class Subscriber {
  received = 0;
  messages = 0;
  reconnects = 0;
  wrong = 0;
  #after = "";
  #socket: WebSocket | undefined;

  async open(url: string): Promise<void> {
    const query = this.#after === "" ? "" : `?lastEventId=${this.#after}`;
    const socket = new WebSocket(url + query, ["maskwire.v1.lines"], { perMessageDeflate: false });
    this.#socket = socket;
    await new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    socket.on("error", () => {});
    socket.on("message", (data: Buffer) => {
      this.messages++;
      for (const line of data.toString("latin1").split("\n")) this.#take(line);
    });
    socket.on("close", () => {
      if (this.#socket === undefined) return;
      this.reconnects++;
      void this.open(url).catch(() => this.wrong++);
    });
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.terminate();
  }

  #take(text: string): void {
    const event = /^\{"type":"event","id":"([^"]+)".*"n":(\d+),"to":"\[EMAIL\]"/.exec(text);
    if (event === null) {
      if (!text.startsWith(`{"type":"end"`)) this.wrong++;
      return;
    }
    if (Number(event[2]) !== this.received) this.wrong++;
    this.#after = event[1];
    this.received++;
  }
}

export async function main([subscribers = SUBSCRIBERS, seconds = SECONDS]: readonly (
  | string
  | number
)[]): Promise<number> {
  const count = Number(subscribers);
  const events = Number(seconds) * EVENTS_A_SECOND;
  if (!(count > 0) || !(events > 0)) {
    process.stderr.write("usage: npm run stress:edge [-- SUBSCRIBERS [SECONDS]]\n");
    return 2;
  }
  const config = { listeners: { publish: OPEN, subscribe: OPEN }, limits: { connectionsLimit: count + 10 } };
  const worker = await startWorkerd({
    entry: "worker/index.ts",
    objects: OBJECTS,
    variables: { MASKWIRE_CONFIG: JSON.stringify(config) },
  });
  const everybody = Array.from({ length: count }, () => new Subscriber());
  try {
    const socket = `${worker.origin.replace("http", "ws")}/v1/feeds/stress/socket`;
    for (const one of everybody) await one.open(socket);
    const startedMs = performance.now();
    const acknowledged = await produce(worker.origin, events, startedMs);
    const publishedMs = performance.now() - startedMs;
    const isDone = (): boolean => everybody.every(({ received, wrong }) => received >= events || wrong > 0);
    const untilMs = performance.now() + PATIENCE_MS;
    while (!isDone() && performance.now() < untilMs) await new Promise((resolve) => setTimeout(resolve, 100));
    const sum = (of: (one: Subscriber) => number): number => everybody.reduce((all, one) => all + of(one), 0);
    const lost = sum(({ received }) => events - received);
    const wrong = sum((one) => one.wrong);
    process.stdout.write(
      `${count} subscribers, ${events} events (${acknowledged} acknowledged) in ${(publishedMs / 1000).toFixed(1)} s, all delivered ` +
        `${((performance.now() - startedMs) / 1000).toFixed(1)} s after the first: ${count * events - lost} deliveries in ${sum(({ messages }) => messages)} messages, ${lost} lost, ` +
        `${wrong} out of place, ${sum((one) => one.reconnects)} reconnects\n`,
    );
    return lost === 0 && wrong === 0 && acknowledged === events ? 0 : 1;
  } finally {
    for (const one of everybody) one.close();
    await worker.stop();
  }
}

/** At its pace, or as fast as the feed takes it. */
async function produce(origin: string, events: number, startedMs: number): Promise<number> {
  let acknowledged = 0;
  for (let n = 0; n < events; n += BATCH) {
    const waitMs = startedMs + (n / EVENTS_A_SECOND) * 1000 - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const lines = Array.from({ length: BATCH }, (_, at) => `{"n":${n + at},"to":"ann.lee@example.com"}\n`).join("");
    const headers = { "content-type": "application/x-ndjson" };
    const response = await fetch(`${origin}/v1/feeds/stress/events`, { method: "POST", headers, body: lines });
    acknowledged += ((await response.json()) as { accepted: number }).accepted;
  }
  return acknowledged;
}
