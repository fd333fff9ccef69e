/**
 * WebSockets on Node: the handshake, frames that many subscribers share, and pings.
 *
 * Owns every `ws` object. Never reads a message, and never lets an exception of a handler reach the process.
 */
import type { IncomingMessage } from "node:http";
import type { Socket as NetSocket } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import { ERRORS, type ErrorCode } from "../core/index.ts";
import { ORDERLY_CLOSES } from "../server/subscribers/ending.ts";
import type { Clock } from "../server/host/clock.ts";
import type { Log } from "../server/telemetry/log.ts";
import type { Socket, SocketHandler, UpgradeSocket } from "../server/host/socket.ts";
import { bindingsOf, takeOver } from "./bindings.ts";
import { DirectSocket } from "./direct-write.ts";
import { shareFrames } from "./shared-frame.ts";

export interface WebSocketOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Longest message taken; a longer one is refused by its length field, with close code 1009. */
  readonly messageLimitBytes: number;
  /** Told of each connection that is ended here, and not by its route. */
  readonly onEnd: (code: ErrorCode) => void;
  /** Time between pings. */
  readonly pingMs?: number;
  /** Time for the answer before the connection is closed with 4004. */
  readonly pongMs?: number;
}

const PING_MS = 25_000;
const PONG_MS = 8_000;
/**
 * `ws` would cut a client that sends 60 pings at once; who does not take the pongs is held back below. (Not in its types yet.)
 */
const PONGS = { maxPendingAutoPongs: 0 };
/** Answers that a client has not taken, before it is read no further. */
const UNREAD_LIMIT_BYTES = 65_536;
const TEXT_FRAME = 0x81;
export interface WebSocketHost {
  readonly upgradeSocket: UpgradeSocket;
  /** Keeps what came in with an upgrade request until its route accepts or refuses it. */
  keep(incoming: IncomingMessage, head: Buffer): void;
  /** Cuts every connection and stops the pings. */
  stop(): void;
}

export function createWebSocketHost(options: WebSocketOptions): WebSocketHost {
  const heads = new WeakMap<IncomingMessage, Buffer>();
  const protocols = new WeakMap<IncomingMessage, string>();
  const open = new Set<Connection>();
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: options.messageLimitBytes,
    ...PONGS,
    // Without it `ws` echoes the first protocol offered, which may be a token.
    handleProtocols: (_offered, incoming) => protocols.get(incoming) ?? false,
  });
  const framer = new Framer();
  const stopPings = startPings(open, options);

  function upgradeSocket(...[context, handler, protocol]: Parameters<UpgradeSocket>): Response {
    const { incoming, outgoing } = bindingsOf(context);
    const head = heads.get(incoming);
    if (head === undefined) return new Response(null, { status: 426, headers: { upgrade: "websocket" } });
    const duplex = incoming.socket;
    outgoing.detachSocket(duplex);
    if (protocol !== undefined) protocols.set(incoming, protocol);
    server.handleUpgrade(incoming, duplex, head, (socket) => {
      const connection = new Connection(socket, duplex, { handler, framer, log: options.log, onEnd: options.onEnd });
      open.add(connection);
      socket.on("close", () => open.delete(connection));
      connection.start();
    });
    return takeOver(outgoing);
  }

  return {
    upgradeSocket,
    keep: (incoming, head) => void heads.set(incoming, head),
    stop: () => {
      stopPings();
      for (const connection of open) connection.abort();
    },
  };
}

interface Wiring {
  readonly handler: SocketHandler;
  readonly framer: Framer;
  readonly log: Log;
  readonly onEnd: (code: ErrorCode) => void;
}

/** What `ws` calls the ends that it makes by itself; all others are malformed frames. */
const WIRE_ERRORS: Readonly<Record<string, ErrorCode>> = {
  WS_ERR_INVALID_UTF8: "INVALID_UTF8",
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: "MESSAGE_TOO_LARGE",
};

/** One accepted socket. States are those of `ws`: open, closing, closed. */
class Connection implements Socket {
  isAnswering = true;
  readonly #socket: WebSocket;
  readonly #duplex: NetSocket;
  readonly #direct: DirectSocket;
  /** Beside the rest of the wiring: each write needs it, and one look less is one miss less. */
  readonly #framer: Framer;
  readonly #wiring: Wiring;

  constructor(socket: WebSocket, duplex: NetSocket, wiring: Wiring) {
    this.#socket = socket;
    this.#duplex = duplex;
    this.#direct = new DirectSocket(duplex);
    this.#framer = wiring.framer;
    this.#wiring = wiring;
  }

  start(): void {
    const { handler } = this.#wiring;
    this.#socket.on("message", (data: Buffer, isBinary: boolean) => {
      this.isAnswering = true;
      this.#holdBack();
      if (this.#isOpen()) this.#guard(() => handler.message(data, isBinary));
    });
    this.#socket.on("pong", () => {
      this.isAnswering = true;
    });
    this.#socket.on("ping", () => this.#holdBack());
    // `ws` closes by itself with the code that fits (1002, 1007, 1008, 1009); its text may quote the frame.
    this.#socket.on("error", ({ code }: NodeJS.ErrnoException) => {
      if (code?.startsWith("WS_ERR_") === true) this.#wiring.onEnd(WIRE_ERRORS[code] ?? "BAD_REQUEST");
    });
    this.#duplex.on("drain", () => this.#socket.resume());
    this.#socket.on("close", (code: number) => this.#guard(() => handler.closed(ORDERLY_CLOSES.includes(code))));
    this.#guard(() => handler.open(this));
  }

  send(text: Uint8Array): void {
    // Uncompressed frames leave `ws` at once as well, so ours cannot come between two halves of one of its own.
    if (this.#isOpen()) this.#direct.write(this.#framer.frame(text));
  }

  sendAll(texts: readonly Uint8Array[]): void {
    if (this.#isOpen()) this.#direct.write(this.#framer.frameAll(texts));
  }

  queuedBytes(): number {
    // What `ws` would hold itself: nothing, because it compresses nothing. Whoever asks is about to write, and then all
    // that a write looks at is at hand.
    return this.#isOpen() ? this.#direct.queuedBytes() : 0;
  }

  close(code: number, reason: string): void {
    if (this.#isOpen()) this.#socket.close(code, reason);
  }

  closeWith(code: ErrorCode): void {
    if (this.#isOpen()) this.#wiring.onEnd(code);
    this.close(ERRORS[code].close, code);
  }

  /** Who does not take our answers (acks, pongs) is not read until it does: otherwise they would pile up here. */
  #holdBack(): void {
    if (this.#socket.bufferedAmount > UNREAD_LIMIT_BYTES) this.#socket.pause();
  }

  abort(): void {
    this.#socket.terminate();
  }

  ping(): void {
    if (!this.#isOpen()) return;
    this.isAnswering = false;
    this.#socket.ping();
  }

  #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch {
      this.#wiring.log.error("socket-handler-failed");
      this.closeWith("INTERNAL");
    }
  }
}

/** One pair of timers for all connections: a ping each, then a look at who answered. */
function startPings(open: ReadonlySet<Connection>, options: WebSocketOptions): () => void {
  const { clock, pingMs = PING_MS, pongMs = PONG_MS } = options;
  let stopLook = (): void => undefined;
  const stopPing = clock.every(pingMs, () => {
    for (const connection of open) connection.ping();
    stopLook = clock.after(pongMs, () => {
      for (const connection of open) if (!connection.isAnswering) connection.closeWith("NO_PONG");
    });
  });
  return () => {
    stopPing();
    stopLook();
  };
}

/** Frames text messages once for all who get the same arrays (RFC 6455, 5.2; a server does not mask). */
class Framer {
  readonly frame = shareFrames(frameText);
  /** All messages in one array. */
  readonly frameAll = shareFrames((texts: readonly Uint8Array[]) => Buffer.concat(texts.map(this.frame)));
}

function frameText(text: Uint8Array): Uint8Array {
  return Buffer.concat([frameHead(text.length), text]);
}

function frameHead(lengthBytes: number): Buffer {
  if (lengthBytes < 126) return Buffer.of(TEXT_FRAME, lengthBytes);
  if (lengthBytes < 65_536) return Buffer.of(TEXT_FRAME, 126, lengthBytes >> 8, lengthBytes & 0xff);
  const head = Buffer.alloc(10);
  head.writeUInt8(TEXT_FRAME, 0);
  head.writeUInt8(127, 1);
  head.writeBigUInt64BE(BigInt(lengthBytes), 2);
  return head;
}
