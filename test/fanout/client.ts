/**
 * One subscriber on a bare socket: thousands of them fit into a process, and each may stop reading.
 *
 * Owns the account of what it was given. Reads as little as that takes: a client library would be most of the load.
 */
import { connect, type Socket } from "node:net";

export type Wire = "sse" | "websocket";

export interface ClientOptions {
  readonly wire: Wire;
  readonly port: number;
  readonly path: string;
  /** Own address on loopback: one has no more than some 28,000 ports. */
  readonly from: string;
  /** A piece of what was published that nobody may see. */
  readonly secret: string;
  /** Each numbers its events in steps of this: as many as publish at once. */
  readonly producers: number;
  /** Told the time on the producer's clock that an event was sent at. */
  readonly onEvent: (sentMs: number) => void;
}

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const PING = 9;
/** An empty pong, with a mask of zeros. */
const PONG = Buffer.of(0x8a, 0x80, 0, 0, 0, 0);
const EVENT = /"n":(\d+),"at":"t(\d+)"/g;

export class FanoutClient {
  /** Events in all, and those that came out of turn. */
  received = 0;
  lost = 0;
  duplicates = 0;
  leaks = 0;
  closes = 0;
  readonly #options: ClientOptions;
  #socket: Socket | undefined;
  /** Of each producer. */
  readonly #lastNumbers: number[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #hasHead = false;
  #isLeaving = false;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Resolves when the server has accepted. */
  async open(): Promise<void> {
    const { wire, port, path, from } = this.#options;
    const socket = connect({ port, host: "127.0.0.1", localAddress: from, noDelay: true });
    this.#socket = socket;
    this.#hasHead = false;
    this.#rest = Buffer.alloc(0);
    const upgrade =
      wire === "sse"
        ? "Accept: text/event-stream\r\n"
        : `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n`;
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${upgrade}\r\n`);
    await new Promise<void>((resolve, reject) => {
      socket.on("data", (chunk: Buffer) => this.#read(chunk, resolve));
      socket.on("error", reject);
      socket.on("close", () => {
        if (!this.#isLeaving) this.closes++;
        reject(new Error("refused"));
      });
    });
  }

  stall(): void {
    this.#socket?.pause();
  }

  leave(): void {
    this.#isLeaving = true;
    this.#socket?.destroy();
  }

  #read(chunk: Buffer, onAccepted: () => void): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (!this.#hasHead) {
      const end = bytes.indexOf("\r\n\r\n");
      if (end < 0) return void (this.#rest = bytes);
      const status = bytes.toString("latin1", 9, 12);
      if (status !== "200" && status !== "101") return void this.#socket?.destroy();
      this.#hasHead = true;
      bytes = bytes.subarray(end + 4);
      onAccepted();
    }
    this.#rest = Buffer.from(this.#options.wire === "sse" ? this.#readEvents(bytes) : this.#readFrames(bytes));
  }

  /** What is left behind the last whole event. Chunks of HTTP end behind an event, too. */
  #readEvents(bytes: Buffer): Buffer {
    const end = bytes.lastIndexOf("\n\n") + 2;
    if (end < 2) return bytes;
    this.#count(bytes.toString("latin1", 0, end));
    return bytes.subarray(end);
  }

  #readFrames(bytes: Buffer): Buffer {
    let at = 0;
    while (at + 2 <= bytes.length) {
      const short = bytes[at + 1] & 127;
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (at + head > bytes.length) break;
      const length =
        short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
      if (at + head + length > bytes.length) break;
      if ((bytes[at] & 15) === PING) this.#socket?.write(PONG);
      else this.#count(bytes.toString("latin1", at + head, at + head + length));
      at += head + length;
    }
    return bytes.subarray(at);
  }

  #count(text: string): void {
    if (text.includes(this.#options.secret)) this.leaks++;
    const { producers } = this.#options;
    for (const [, digits = "", sent = ""] of text.matchAll(EVENT)) {
      const number = Number(digits);
      const last = this.#lastNumbers[number % producers];
      if (last !== undefined) {
        if (number <= last) this.duplicates++;
        else this.lost += (number - last) / producers - 1;
      }
      this.#lastNumbers[number % producers] = Math.max(number, last ?? 0);
      this.received++;
      this.#options.onEvent(Number(sent));
    }
  }
}
