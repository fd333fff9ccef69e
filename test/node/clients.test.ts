/** The clients that people use, against the built server: masked, and resumed without gap or repeat. */
import { spawn } from "node:child_process";
import { EventSource } from "eventsource";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { startCutProxy, type CutProxy } from "../support/cut-proxy.ts";
import { ensureCommand } from "../support/debian.ts";
import { own } from "../support/own.ts";
import { runServer, type ServerProcess } from "../support/run-server.ts";
import { until } from "../support/until.ts";

const curl = ensureCommand("curl", "curl");
const EMAIL = "jane.doe@example.com";
const EVENTS = 60;

interface Seen {
  readonly id: string;
  readonly data: { readonly n: number; readonly from: string };
}

/** One connection of one kind of client; `stop` ends it from the client's side. */
type Connect = (url: string, after: string | undefined, take: (event: Seen) => void) => { stop(): void };

const toSocketUrl = (url: string): string => url.replace(/^http/, "ws").replace(/events$/, "socket");

const connectSocket: Connect = (url, after, take) => {
  const from = after === undefined ? "from=oldest" : `lastEventId=${after}`;
  const socket = new WebSocket(`${toSocketUrl(url)}?${from}`, "maskwire.v1");
  let isStopped = false;
  socket.on("error", () => undefined);
  socket.on("message", (text: Buffer) => {
    const message = JSON.parse(text.toString()) as Seen & { type: string };
    // What is still in the buffers of a stopped client was not received by anybody.
    if (message.type === "event" && !isStopped) take(message);
  });
  return {
    stop: () => {
      isStopped = true;
      socket.terminate();
    },
  };
};

const connectCurl: Connect = (url, after, take) => {
  const resume = after === undefined ? [] : ["-H", `last-event-id: ${after}`];
  const words = ["-sN", `${url}?from=oldest`, "-H", "accept: text/event-stream", ...resume];
  const child = own(spawn(curl.path ?? "curl", words, { stdio: ["ignore", "pipe", "ignore"] }));
  let text = "";
  let isStopped = false;
  child.stdout.on("data", (chunk: Buffer) => {
    // What is still in the pipe of a stopped client was not received by anybody.
    if (isStopped) return;
    text += chunk.toString();
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const field = (name: string): string => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1] ?? "";
      if (field("data") !== "") take({ id: field("id"), data: JSON.parse(field("data")) as Seen["data"] });
    }
  });
  return {
    stop: () => {
      isStopped = true;
      child.kill();
    },
  };
};

describe("clients of a feed", () => {
  let server: ServerProcess;
  let proxy: CutProxy;

  beforeAll(async () => {
    server = await runServer({ config: { feeds: { "*": {} } } });
    proxy = await startCutProxy(server.origin);
  });
  afterAll(async () => {
    await proxy?.stop();
    const code = await server?.stop();
    expect(server?.logged()).not.toContain(EMAIL);
    expect(code).toBe(0);
  });

  async function publish(feed: string, n: number): Promise<void> {
    const response = await fetch(`${server.origin}/v1/feeds/${feed}/events`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ n, from: EMAIL }),
    });
    expect(await response.json()).toMatchObject({ accepted: 1 });
  }

  /** Publishes while the line is cut every 20 events; `onCut` reconnects where the client does not by itself. */
  async function playThroughCuts(feed: string, seen: Seen[], onCut: () => void): Promise<void> {
    for (let n = 1; n <= EVENTS; n += 1) {
      await publish(feed, n);
      if (n % 20 !== 10) continue;
      // The cut comes once the client has something to resume from.
      await until(() => seen.length > 0);
      proxy.cut();
      onCut();
    }
    await until(
      () => seen.length >= EVENTS,
      () => seen.length,
    );
  }

  function expectWhole(seen: readonly Seen[]): void {
    expect(seen.map(({ data }) => data.n)).toEqual(Array.from({ length: EVENTS }, (_, index) => index + 1));
    expect(new Set(seen.map(({ data }) => data.from))).toEqual(new Set(["[EMAIL]"]));
    expect(new Set(seen.map(({ id }) => id)).size).toBe(EVENTS);
  }

  it("a real EventSource gets every event once, masked, though its connection drops", async () => {
    const seen: Seen[] = [];
    const before = proxy.count();
    const source = new EventSource(`${proxy.origin}/v1/feeds/source/events?from=oldest`);
    source.addEventListener("message", ({ data, lastEventId }) =>
      seen.push({ id: lastEventId, data: JSON.parse(data as string) as Seen["data"] }),
    );
    await playThroughCuts("source", seen, () => undefined);
    source.close();
    expectWhole(seen);
    expect(proxy.count() - before).toBeGreaterThan(1);
  });

  it.for([
    { client: "a real ws client", feed: "socket", connect: connectSocket, isMissing: false },
    { client: "curl -N", feed: "curl", connect: connectCurl, isMissing: curl.path === null },
  ])(
    "$client gets every event once, masked, though its connection drops",
    async ({ feed, connect, isMissing }, { skip }) => {
      skip(isMissing, curl.reason);
      const seen: Seen[] = [];
      const url = `${proxy.origin}/v1/feeds/${feed}/events`;
      const take = (event: Seen): void => void seen.push(event);
      let connection = connect(url, undefined, take);
      await playThroughCuts(feed, seen, () => {
        connection.stop();
        connection = connect(url, seen.at(-1)?.id, take);
      });
      connection.stop();
      expectWhole(seen);
    },
  );
});
