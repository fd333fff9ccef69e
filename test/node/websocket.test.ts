import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { Socket } from "../../src/server/host/socket.ts";
import { startHost, talk, type Host } from "../support/host.ts";
import { FakeClock } from "../support/ports.ts";
import { until } from "../support/until.ts";

const SECRET = "jane@example.com";
const MESSAGE_LIMIT_BYTES = 100_000;
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("the WebSocket host", () => {
  let host: Host;
  let seen: string[] = [];
  const rooms = new Map<string, Socket[]>();

  beforeAll(async () => {
    host = await startHost({ messageLimitBytes: MESSAGE_LIMIT_BYTES });
    host.app.get("/socket/:room", (context) => {
      const room = context.req.param("room");
      if (room === "refused") return context.json({ error: { code: "FEED_UNKNOWN" } }, 404);
      const protocol = context.req.header("sec-websocket-protocol")?.includes("maskwire.v1")
        ? "maskwire.v1"
        : undefined;
      let own: Socket;
      return host.upgradeSocket(
        context,
        {
          open: (socket) => {
            own = socket;
            rooms.set(room, [...(rooms.get(room) ?? []), socket]);
            if (room === "broken-open") throw new Error(SECRET);
          },
          message: (data, isBinary) => {
            if (room === "broken") throw new Error(SECRET);
            seen.push(`${room} ${isBinary ? "binary" : new TextDecoder().decode(data)}`);
            own.send(data);
          },
          closed: () => void seen.push(`${room} closed`),
        },
        protocol,
      );
    });
  });

  afterAll(() => host.stop());

  async function open(room: string, protocols: string[] = []): Promise<WebSocket> {
    const client = new WebSocket(`${host.origin.replace("http", "ws")}/socket/${room}`, protocols);
    await once(client, "open");
    return client;
  }

  async function closeOf(client: WebSocket): Promise<string> {
    const [code, reason] = (await once(client, "close")) as [number, Buffer];
    return `${code} ${reason.toString()}`;
  }

  it.each([0, 1, 125, 126, 65_535, 65_536, MESSAGE_LIMIT_BYTES])(
    "carries a message of %d bytes both ways, and one array to several sockets",
    async (bytes) => {
      const room = `size-${bytes}`;
      const clients = [await open(room), await open(room)];
      const received = clients.map((client) => once(client, "message"));
      const text = encode("x".repeat(bytes));
      for (const socket of rooms.get(room) ?? []) socket.send(text);
      for (const message of received) {
        const [data, isBinary] = (await message) as [Buffer, boolean];
        expect([data.length, isBinary]).toEqual([bytes, false]);
      }
      const echoed = once(clients[0], "message");
      clients[0]?.send("x".repeat(bytes));
      expect(((await echoed)[0] as Buffer).length).toBe(bytes);
      for (const client of clients) client.terminate();
    },
  );

  it.each([0, 1, 3])(
    "carries a list of %d messages, each as a message of its own, to several sockets",
    async (count) => {
      const room = `list-${count}`;
      const clients = [await open(room), await open(room)];
      const received = clients.map((client): string[] => {
        const texts: string[] = [];
        client.on("message", (data: Buffer) => void texts.push(data.toString()));
        return texts;
      });
      const texts = Array.from({ length: count }, (_, index) => "x".repeat(index * 200));
      const frames = texts.map(encode);
      for (const socket of rooms.get(room) ?? []) {
        socket.sendAll(frames);
        socket.send(encode("end"));
      }
      for (const got of received) {
        await until(() => got.at(-1) === "end");
        expect(got).toEqual([...texts, "end"]);
      }
      for (const client of clients) client.terminate();
    },
  );

  it("answers with the sub-protocol that the route chose, never with the first one offered", async () => {
    const client = await open("protocol", ["bearer.secret", "maskwire.v1"]);
    expect(client.protocol).toBe("maskwire.v1");
    client.terminate();
    const answer = await talk(
      host.port,
      "GET /socket/none HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n" +
        "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-protocol: bearer.secret\r\n\r\n",
      Buffer.of(0x88, 0x80, 0, 0, 0, 0),
    );
    expect(answer).toContain("101 Switching Protocols");
    expect(answer).not.toContain("bearer.secret");
  });

  it("refuses an upgrade with the route's own answer, body and all", async () => {
    const client = new WebSocket(`${host.origin.replace("http", "ws")}/socket/refused`);
    client.on("error", () => undefined);
    const [, response] = (await once(client, "unexpected-response")) as [
      unknown,
      NodeJS.ReadableStream & { statusCode: number },
    ];
    expect(response.statusCode).toBe(404);
    expect(String((await once(response, "data"))[0])).toBe('{"error":{"code":"FEED_UNKNOWN"}}');
  });

  it("asks a plain request to upgrade", async () => {
    expect((await fetch(`${host.origin}/socket/plain`)).status).toBe(426);
  });

  it("closes with 1009 for a message over the limit, 1007 for text that is not UTF-8", async () => {
    const tooLong = await open("limit");
    tooLong.send("x".repeat(MESSAGE_LIMIT_BYTES + 1));
    expect(await closeOf(tooLong)).toBe("1009 ");
    const notText = await open("utf8");
    notText.send(Buffer.of(0xff), { binary: false });
    expect(await closeOf(notText)).toBe("1007 ");
    await until(() => seen.includes("limit closed"));
  });

  it("hands a binary message over as such", async () => {
    const client = await open("binary");
    client.send(Buffer.of(1, 2), { binary: true });
    await once(client, "message");
    expect(seen).toContain("binary binary");
    client.terminate();
  });

  it("closes with 1011 when a handler throws, tells nothing of the error, and lives on", async () => {
    const client = await open("broken");
    client.send(SECRET);
    expect(await closeOf(client)).toBe("1011 INTERNAL");
    expect(await closeOf(new WebSocket(`${host.origin.replace("http", "ws")}/socket/broken-open`))).toBe(
      "1011 INTERNAL",
    );
    expect(host.lines.join("")).toContain("socket-handler-failed");
    expect(host.lines.join("")).not.toContain(SECRET);
  });

  it("tells the handler once that a client vanished, and sends nothing after a close", async () => {
    seen = [];
    const client = await open("vanish");
    client.terminate();
    await until(() => seen.includes("vanish closed"));
    const [socket] = rooms.get("vanish") ?? [];
    socket?.send(encode("nobody"));
    socket?.close(1000, "END");
    socket?.abort();
    expect(seen.filter((one) => one === "vanish closed")).toHaveLength(1);
  });
});

it("closes with 4004 a client that answers no ping, and keeps one that does", async () => {
  const clock = new FakeClock();
  const host = await startHost({ clock, pingMs: 1_000, pongMs: 500 });
  host.app.get("/echo", (context) => {
    let own: Socket;
    const open = (socket: Socket): void => void (own = socket);
    return host.upgradeSocket(context, { open, message: (data) => own.send(data), closed: () => undefined }, undefined);
  });
  const url = `${host.origin.replace("http", "ws")}/echo`;
  const silent = new WebSocket(url, { autoPong: false });
  const lively = new WebSocket(url);
  const closed = once(silent, "close");
  await Promise.all([once(silent, "open"), once(lively, "open")]);
  const pinged = [once(silent, "ping"), once(lively, "ping")];
  await clock.advance(1_000);
  await Promise.all(pinged);
  // The pong was sent before this, so the server has it when this comes back.
  const echoed = once(lively, "message");
  lively.send("here");
  await echoed;
  await clock.advance(499);
  expect(silent.readyState).toBe(WebSocket.OPEN);
  await clock.advance(1);
  expect((await closed).map(String)).toEqual(["4004", "NO_PONG"]);
  expect(lively.readyState).toBe(WebSocket.OPEN);
  lively.terminate();
  await host.stop();
});
