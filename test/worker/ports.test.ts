import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { Call, send } from "../contract/client.ts";
import { until } from "../support/until.ts";
import { startWorkerd, type RunningWorker } from "../support/workerd.ts";

interface SinkState {
  readonly queuedBytes: number;
  readonly closes: number;
}

/** More than the sockets and pipes between an object and its client hold by themselves (about 5 MiB measured). */
const FLOOD_BYTES = 16_777_216;
const PIECE = "x".repeat(65_536);

describe("the worker's ports, used across requests in workerd", () => {
  let worker: RunningWorker;

  beforeAll(async () => {
    worker = await startWorkerd({ entry: "test/worker/ports-worker.ts", objects: { FEEDS: "PortsObject" } });
  });
  afterAll(async () => await worker?.stop());

  const url = (path: string): string => `${worker.origin}${path}`;
  const tell = async (path: string, body = ""): Promise<SinkState> =>
    JSON.parse((await send(url(path), { method: "POST", chunks: [body] })).text || "{}") as SinkState;
  const state = async (name: string): Promise<SinkState> =>
    JSON.parse((await send(url(`/sink/${name}/state`))).text) as SinkState;

  /** Opens a sink with a client that reads one chunk and then nothing more. */
  async function stall(name: string): Promise<Socket> {
    const socket = connect(Number(new URL(worker.origin).port), "127.0.0.1");
    socket.write(`GET /sink/${name} HTTP/1.1\r\nhost: x\r\n\r\n`);
    await once(socket, "data");
    socket.pause();
    return socket;
  }

  test("delivers what another request writes, in order, and ends after what is queued", async () => {
    const call = new Call(url("/sink/order"));
    const { headers } = await call.response();
    expect(headers).toMatchObject({ "content-type": "text/event-stream", "x-app": "set before" });
    expect(headers["content-length"]).toBeUndefined();
    await call.until((text) => text === "open\n");
    await tell("/sink/order/write?times=3", "one\n");
    await call.until((text) => text === "open\none\none\none\n");
    await tell("/sink/order/write?times=2", "two\n");
    await tell("/sink/order/close");
    expect(await call.answer()).toMatchObject({ text: "open\none\none\none\ntwo\ntwo\n", isWhole: true });
    // The client may hear of the end before the object does.
    await until(async () => (await state("order")).closes === 1);
    expect(await state("order")).toEqual({ queuedBytes: 0, closes: 1 });
    expect(await tell("/sink/order/write", "late\n")).toEqual({ queuedBytes: 0, closes: 1 });
  });

  test("keeps timers after the request that asked for them has ended", async () => {
    const call = new Call(url("/sink/timers"));
    await call.response();
    await tell("/sink/timers/later");
    expect(await call.until((text) => text.includes("after"))).toBe("open\nsoon\nafter\n");
    call.vanish();
  });

  test("counts what a stalled client has not taken, and frees it by abort", async () => {
    const socket = await stall("stalled");
    socket.on("error", () => {});
    const { queuedBytes } = await tell(`/sink/stalled/write?times=${FLOOD_BYTES / PIECE.length}`, PIECE);
    expect(queuedBytes).toBeGreaterThan(FLOOD_BYTES / 4);
    expect(await tell("/sink/stalled/abort")).toEqual({ queuedBytes: 0, closes: 1 });
    const closed = once(socket, "close");
    socket.resume();
    await closed;
  });

  test("notices at the next writes that a client has left", async () => {
    const socket = await stall("left");
    socket.destroy();
    await once(socket, "close");
    while ((await tell("/sink/left/write", PIECE)).closes === 0);
    expect(await state("left")).toEqual({ queuedBytes: 0, closes: 1 });
  });

  test("speaks WebSocket: sub-protocol, text, binary, too long, and the end of a budget", async () => {
    const socket = new WebSocket(url("/socket").replace("http", "ws"), ["maskwire.v1"]);
    await once(socket, "open");
    expect(socket.protocol).toBe("maskwire.v1");
    socket.send("\u00e4");
    socket.send(Buffer.from([1, 2]));
    const first = once(socket, "message");
    expect(await tell("/socket/send", "\ufeffhi")).toEqual({ queuedBytes: 0 });
    expect(String((await first)[0])).toBe("\ufeffhi");
    let receivedBytes = 0;
    const all = new Promise<void>((done) => {
      socket.on("message", (data: Buffer) => {
        receivedBytes += data.length;
        if (receivedBytes === FLOOD_BYTES / 2) done();
      });
    });
    const { queuedBytes } = await tell(`/socket/send?times=${FLOOD_BYTES / 2 / PIECE.length}`, PIECE);
    expect(queuedBytes).toBeGreaterThan(FLOOD_BYTES);
    await all;
    socket.send("x".repeat(1_001));
    const [code] = (await once(socket, "close")) as [number];
    expect(code).toBe(1009);
    const received = async (): Promise<string[]> => JSON.parse((await send(url("/socket/received"))).text) as string[];
    await until(async () => (await received()).includes("closed"));
    expect(await received()).toEqual(["text 195,164", "binary 1,2", "closed"]);
  });
});
