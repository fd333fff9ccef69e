/**
 * Every way on which bytes leave a server, tried with one fault: what came out, and who was told what.
 *
 * Owns the clients and the upstream. Knows no runtime: faults are armed by the host.
 */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { Call, post } from "../contract/client.ts";
import { SocketClient } from "../contract/socket-client.ts";
import { EVENTS, type Fault, FAULTS, LIMIT_BYTES } from "./faults.ts";

/** A server under test, whose code can be broken while it runs. */
export interface FaultyHost {
  readonly origin: string;
  arm(fault: Fault): Promise<void>;
  repair(): Promise<void>;
  /** How often the broken code was run since it was armed. */
  fired(): Promise<number>;
}

export interface Seen {
  /** All that left: what readers got, and what producers were told. */
  readonly text: string;
  /** Numbers of the events that arrived, in order; of a reader that was cut off, those of the next one, too. */
  readonly shown: readonly number[];
  readonly hasGap: boolean;
  /** True when the connection broke off. */
  readonly wasCut: boolean;
  /** What a trailer says was found; undefined without one. */
  readonly findings?: unknown;
}

export interface Exit {
  readonly name: string;
  readonly kind: "feed" | "stream";
  /** True when the client asks for a trailer. */
  readonly takesTrailers?: boolean;
  run(station: Station, fault: Fault): Promise<Seen>;
}

export interface Station {
  readonly host: FaultyHost;
  readonly upstream: FaultUpstream;
}

const NDJSON = "application/x-ndjson";

/** The name of a fault's policy, feeds and relay. */
export function idOf(fault: Fault): string {
  return `f${FAULTS.indexOf(fault)}`;
}

/** What a server needs so that each fault has its policy, and each exit a feed of its own. */
export function faultConfig(upstreamOrigin: string) {
  const all = FAULTS.map((fault) => ({ id: idOf(fault), policy: fault.policy ?? {} }));
  const viewed = (policy: string) => ({ policy, views: {}, eventTypes: [] });
  return {
    policies: { default: {}, ...Object.fromEntries(all.map(({ id, policy }) => [id, policy])) },
    feeds: Object.fromEntries(
      all.flatMap(({ id }) => EXITS.map((_, index) => [`${id}.${index}`, viewed(id)] as const)),
    ),
    relays: Object.fromEntries(
      all.map(({ id }) => [
        id,
        { ...viewed(id), url: `${upstreamOrigin}/${id}`, unsafePlaintext: true, headers: {}, always: false },
      ]),
    ),
    limits: { eventLimitBytes: LIMIT_BYTES, lineLimitBytes: LIMIT_BYTES, drainGraceMs: 0, drainWindowMs: 0 },
  };
}

/** An upstream that sends what the test says to whoever follows the path. */
export interface FaultUpstream {
  readonly origin: string;
  /** Waits for the follower. */
  write(id: string, text: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startFaultUpstream(): Promise<FaultUpstream> {
  const followers = new Map<string, ServerResponse>();
  const server = createServer((request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    followers.set((request.url ?? "").slice(1), response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    write: async (id, text) => {
      while (!followers.has(id)) await pause(5);
      followers.get(id)?.write(text);
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** Somebody who reads a feed. */
interface Reader {
  /** Waits for the event of that number, or for the end. */
  until(n: number): Promise<void>;
  text(): string;
  hasEnded(): boolean;
  leave(): void;
}

type Open = (url: string) => Promise<Reader>;

const byHttp =
  (accept: string): Open =>
  async (url) => {
    const call = new Call(url, { headers: { accept } });
    let text = "";
    let hasEnded = false;
    await call.response();
    return {
      until: async (n) => {
        await call.until((soFar) => numbersIn((text = soFar)).includes(n)).catch(() => (hasEnded = true));
      },
      text: () => text,
      hasEnded: () => hasEnded,
      leave: () => call.vanish(),
    };
  };

const bySocket: Open = async (url) => {
  const client = await SocketClient.open(url);
  const state = { hasEnded: false };
  void client.closeCode().then(() => (state.hasEnded = true));
  return {
    until: async (n) => {
      while (!state.hasEnded && !numbersIn(client.text).includes(n)) await pause(5);
    },
    text: () => client.text,
    hasEnded: () => state.hasEnded,
    leave: () => client.vanish(),
  };
};

/** How an event gets in; returns what the producer is told. */
type Send = (station: Station, place: Place, event: string) => Promise<string>;

interface Place {
  readonly id: string;
  readonly url: string;
}

const byPost: Send = async (_station, { url }, event) => (await post(url, "application/json", event)).text;

const byProducerSocket: Send = async ({ host }, { url }, event) => {
  const client = await SocketClient.open(`${host.origin}${new URL(url).pathname.replace(/events$/, "socket")}`);
  client.send({ type: "publish", ref: "a", events: [{ data: JSON.parse(event) as unknown }] });
  await client.messages("ack", 1);
  client.vanish();
  return client.text;
};

const byUpstream: Send = async ({ upstream }, { id }, event) => {
  await upstream.write(id, `data: ${event}\n\n`);
  return "";
};

interface FeedExit {
  readonly name: string;
  readonly open: Open;
  readonly send: Send;
  readonly path: (id: string, index: number) => string;
}

const feedPath = (id: string, index: number): string => `/v1/feeds/${id}.${index}/events`;

const FEED_EXITS: readonly FeedExit[] = [
  { name: "SSE", open: byHttp("text/event-stream"), send: byPost, path: feedPath },
  { name: "NDJSON", open: byHttp(NDJSON), send: byPost, path: feedPath },
  { name: "WebSocket", open: bySocket, send: byPost, path: feedPath },
  { name: "WebSocket, published over one", open: bySocket, send: byProducerSocket, path: feedPath },
  { name: "a relay", open: byHttp("text/event-stream"), send: byUpstream, path: (id) => `/v1/relays/${id}` },
];

async function runFeed(exit: FeedExit, station: Station, fault: Fault): Promise<Seen> {
  const { host } = station;
  const id = idOf(fault);
  const url = `${host.origin}${exit.path(id, FEED_EXITS.indexOf(exit))}`;
  const answers: string[] = [];
  const send = async (event: string): Promise<void> => void answers.push(await exit.send(station, { id, url }, event));
  const first = await exit.open(url);
  await send(EVENTS[0]);
  await first.until(1);
  await host.arm(fault);
  await send(spoiled(fault));
  if (fault.arm !== undefined) await untilFired(host);
  await host.repair();
  await send(EVENTS[2]);
  await first.until(3);
  const readers = [first];
  if (first.hasEnded()) {
    const next = await exit.open(`${url}?from=oldest`);
    await next.until(3);
    readers.push(next);
  }
  const texts = readers.map((reader) => reader.text());
  for (const reader of readers) reader.leave();
  return {
    text: [...texts, ...answers].join("\n"),
    shown: numbersIn(texts.at(-1) ?? ""),
    hasGap: texts.some((text) => /maskwire\.gap|"(?:type|control)":"gap"/.test(text)),
    wasCut: readers.length > 1,
  };
}

const maskStream = (takesTrailers: boolean): Exit => ({
  name: takesTrailers ? "POST /v1/mask, with TE: trailers" : "POST /v1/mask",
  kind: "stream",
  takesTrailers,
  async run({ host }, fault) {
    const call = new Call(`${host.origin}/v1/mask?policy=${idOf(fault)}`, {
      method: "POST",
      headers: { "content-type": NDJSON, ...(takesTrailers ? { te: "trailers" } : {}) },
    });
    await call.write(`${EVENTS[0]}\n`);
    await call.until((text) => numbersIn(text).includes(1));
    await host.arm(fault);
    const line = `${spoiled(fault)}\n`;
    // Cut within the value.
    await call.write(line.slice(0, 20));
    await call.write(line.slice(20));
    if (fault.arm !== undefined && fault.stream === "broken") await untilFired(host);
    await host.repair();
    await call.write(`${EVENTS[2]}\n`);
    call.end();
    const { text, isWhole } = await call.answer();
    const { trailers } = await call.response();
    const seen = { shown: numbersIn(text), hasGap: false, wasCut: !isWhole };
    return { ...seen, text: text + JSON.stringify(trailers), findings: findingsIn(trailers["maskwire-findings"]) };
  },
});

function findingsIn(trailer: string | undefined): unknown {
  return trailer === undefined ? undefined : (JSON.parse(trailer) as { readonly findings: unknown }).findings;
}

export const EXITS: readonly Exit[] = [
  ...FEED_EXITS.map((exit): Exit => ({
    name: exit.name,
    kind: "feed",
    run: (station, fault) => runFeed(exit, station, fault),
  })),
  maskStream(false),
  maskStream(true),
];

export function spoiled({ spoil }: Fault): string {
  return spoil?.(EVENTS[1]) ?? EVENTS[1];
}

/** The `n` of every event in the text. */
export function numbersIn(text: string): number[] {
  return [...text.matchAll(/"n":(\d)/g)].map((match) => Number(match[1]));
}

async function untilFired(host: FaultyHost): Promise<void> {
  while ((await host.fired()) === 0) await pause(5);
}
