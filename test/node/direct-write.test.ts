import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DirectSocket } from "../../src/node/direct-write.ts";
import { own } from "../support/own.ts";
import { REPOSITORY } from "../support/repository.ts";
import { requireProgram } from "../support/run-server.ts";

/** More than the system takes for a peer that does not read. */
const MUCH_BYTES = 67_108_864;
const PIECE_BYTES = 65_536;

describe("writing past a stream's queue", () => {
  let server: Server;
  let ours: Socket;
  let direct: DirectSocket;
  let theirs: Socket;
  /** Closes, and errors of the socket that is written to. */
  let seen: string[];

  beforeEach(async () => {
    const own: string[] = [];
    seen = own;
    server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const accepted = once(server, "connection");
    theirs = connect((server.address() as AddressInfo).port, "127.0.0.1").pause();
    [ours] = (await accepted) as [Socket];
    direct = new DirectSocket(ours);
    ours.on("error", ({ message }) => void own.push(message.split(" ")[0]));
    ours.on("close", () => void own.push("closed"));
  });

  afterEach(() => {
    ours.destroy();
    theirs.destroy();
    server.close();
  });

  /** Bytes that no other piece has. */
  function pieceOf(index: number): Uint8Array {
    return Buffer.alloc(PIECE_BYTES, `piece ${index} `);
  }

  async function readAll(bytes: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let length = 0;
    while (length < bytes) {
      const [chunk] = (await once(theirs.resume(), "data")) as [Buffer];
      // A listener that comes later would miss what flows in between.
      theirs.pause();
      chunks.push(chunk);
      length += chunk.length;
    }
    return Buffer.concat(chunks);
  }

  it("counts what a peer has not taken, and keeps the order with what the stream queues", async () => {
    const pieces: Uint8Array[] = [];
    const write = (): void => {
      const piece = pieceOf(pieces.length);
      if (pieces.push(piece) % 3 === 0) ours.write(piece);
      else direct.write(piece);
    };
    while (direct.queuedBytes() === 0) write();
    expect(direct.queuedBytes()).toBeLessThanOrEqual(PIECE_BYTES);
    for (let more = 1; more <= 10; more++) {
      const before = direct.queuedBytes();
      write();
      expect(direct.queuedBytes()).toBe(before + PIECE_BYTES);
    }
    const whole = Buffer.concat(pieces);
    expect((await readAll(whole.length)).equals(whole)).toBe(true);
    await expect.poll(() => direct.queuedBytes()).toBe(0);
    // And goes on as before.
    direct.write(Buffer.from("more"));
    expect((await readAll(4)).toString()).toBe("more");
    expect(seen).toEqual([]);
  });

  it("counts the one write that nothing else stands behind", async () => {
    const whole = Buffer.alloc(MUCH_BYTES, "a whole");
    direct.write(whole);
    expect([ours.writableLength, direct.queuedBytes()]).toEqual([0, MUCH_BYTES]);
    ours.end();
    expect((await readAll(MUCH_BYTES)).equals(whole)).toBe(true);
    await expect.poll(() => direct.queuedBytes()).toBe(0);
    theirs.resume();
    await expect.poll(() => seen).toEqual(["closed"]);
  });

  it("forgets what a peer that is gone did not take, and says so once", async () => {
    direct.write(Buffer.alloc(MUCH_BYTES));
    theirs.resetAndDestroy();
    await expect.poll(() => seen.at(-1)).toBe("closed");
    await expect.poll(() => direct.queuedBytes()).toBe(0);
    // The write or the read may be the one that fails.
    expect(seen.filter((what) => what === "closed")).toHaveLength(1);
    expect(seen.length).toBeLessThanOrEqual(2);
    direct.write(Buffer.from("late"));
    await expect.poll(() => direct.queuedBytes()).toBe(0);
  });

  it("closes when the system takes nothing more", async () => {
    const calm = createServer({ pauseOnConnect: true }).listen(0, "127.0.0.1");
    await once(calm, "listening");
    const accepted = once(calm, "connection");
    const peer = connect((calm.address() as AddressInfo).port, "127.0.0.1");
    const [socket] = (await accepted) as [Socket];
    const closed = once(socket, "close");
    const late = new DirectSocket(socket);
    peer.resetAndDestroy();
    // It reads nothing, so that only a write can tell it; the first one may still find nobody has said so.
    while (!socket.destroyed) {
      late.write(Buffer.from("nobody takes this"));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await closed;
    expect(late.queuedBytes()).toBe(0);
    calm.close();
  });

  it("queues as usual where Node lends its own way to nobody", async () => {
    requireProgram();
    const flag = process.allowedNodeEnvironmentFlags.has("--permission") ? "--permission" : "--experimental-permission";
    const module = pathToFileURL(join(REPOSITORY, "dist/node/direct-write.js")).href;
    const script = `
      const { DirectSocket } = await import(${JSON.stringify(module)});
      const { createServer, connect } = await import("node:net");
      const server = createServer((socket) => {
        const bytes = Buffer.alloc(${MUCH_BYTES}, "x");
        const direct = new DirectSocket(socket);
        direct.write(bytes);
        console.log(socket.writableLength === bytes.length, direct.queuedBytes() === bytes.length);
        socket.end();
      });
      server.listen(0, "127.0.0.1", () => {
        let count = 0;
        connect(server.address().port, "127.0.0.1").on("data", (chunk) => (count += chunk.length)).on("end", () => {
          console.log(count);
          process.exit();
        });
      });`;
    const child = own(spawn(process.execPath, [flag, "--allow-fs-read=*", "--input-type=module", "-e", script]));
    const lines: string[] = [];
    child.stdout.on("data", (chunk: Buffer) => void lines.push(chunk.toString()));
    await once(child, "close");
    expect(lines.join("")).toBe(`true true\n${MUCH_BYTES}\n`);
  });

  it("writes nothing behind the end", async () => {
    direct.write(Buffer.from("last"));
    ours.end();
    direct.write(Buffer.from("late"));
    const closed = once(theirs, "end");
    const chunks: Buffer[] = [];
    theirs.on("data", (chunk: Buffer) => void chunks.push(chunk));
    theirs.resume();
    await closed;
    expect(Buffer.concat(chunks).toString()).toBe("last");
  });
});
