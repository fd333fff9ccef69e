/**
 * WebSockets in workerd: the pair, our own 101 with the sub-protocol, and a bound on what one socket may queue.
 *
 * The runtime pings by itself and shows neither pongs nor `bufferedAmount`, so nobody here can see how much a
 * client has not taken. A socket therefore carries a fixed number of bytes and then counts as too slow: the client
 * comes back with its position. That bounds the memory of a client that stopped reading.
 */
import { ERRORS } from "../src/core/index.ts";
import { ORDERLY_CLOSES } from "../src/server/subscribers/ending.ts";
import type { Socket, SocketHandler, UpgradeSocket } from "../src/server/host/socket.ts";

/** Most bytes that one socket sends; 8 MiB keeps a handful of stalled clients well inside an isolate's 128 MB. */
const SOCKET_BUDGET_BYTES = 8_388_608;

const encoder = new TextEncoder();
// A BOM is data: what was masked is what every client reads.
const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/** Where the runtime counts what has not left, that count is used. */
type Measured = WebSocket & { readonly bufferedAmount?: number };

/** The same array goes to every subscriber in step: its text is made once. */
let lastBytes: Uint8Array | undefined;
let lastText = "";

function decodeOnce(bytes: Uint8Array): string {
  if (bytes !== lastBytes) {
    lastBytes = bytes;
    lastText = decoder.decode(bytes);
  }
  return lastText;
}

/** Messages longer than `messageLimitBytes` close the socket with 1009 before the server looks at them. */
export function createUpgradeSocket(messageLimitBytes: number): UpgradeSocket {
  return (_context, handler, protocol) => {
    const { 0: client, 1: server } = new WebSocketPair();
    const socket = new EdgeSocket(server);
    // From compatibility date 2026-03-17 the default is a Blob, whose bytes would come too late to keep the order.
    server.binaryType = "arraybuffer";
    server.accept();
    listen(server, socket, { handler, messageLimitBytes });
    handler.open(socket);
    const headers: Record<string, string> = protocol === undefined ? {} : { "sec-websocket-protocol": protocol };
    return new Response(null, { status: 101, webSocket: client, headers });
  };
}

interface Listening {
  readonly handler: SocketHandler;
  readonly messageLimitBytes: number;
}

function listen(webSocket: WebSocket, socket: EdgeSocket, { handler, messageLimitBytes }: Listening): void {
  let hasClosed = false;
  const closed = (isOrderly: boolean): void => {
    if (hasClosed) return;
    hasClosed = true;
    handler.closed(isOrderly);
  };
  webSocket.addEventListener("close", ({ code }) => closed(ORDERLY_CLOSES.includes(code)));
  webSocket.addEventListener("error", () => closed(false));
  webSocket.addEventListener("message", ({ data }) => {
    if (hasClosed) return;
    const isBinary = typeof data !== "string";
    const bytes = isBinary ? new Uint8Array(data) : encoder.encode(data);
    if (bytes.length > messageLimitBytes) socket.close(ERRORS.MESSAGE_TOO_LARGE.close, "MESSAGE_TOO_LARGE");
    else handler.message(bytes, isBinary);
  });
}

export class EdgeSocket implements Socket {
  readonly #webSocket: Measured;
  readonly #onSend: () => void;
  #sentBytes = 0;

  constructor(webSocket: WebSocket, onSend: () => void = () => {}) {
    this.#webSocket = webSocket;
    this.#onSend = onSend;
  }

  send(text: Uint8Array): void {
    if (this.#webSocket.readyState !== WebSocket.OPEN) return;
    this.#sentBytes += text.length;
    this.#webSocket.send(decodeOnce(text));
    this.#onSend();
  }

  sendAll(texts: readonly Uint8Array[]): void {
    for (const text of texts) this.send(text);
  }

  queuedBytes(): number {
    const { bufferedAmount } = this.#webSocket;
    if (bufferedAmount !== undefined) return bufferedAmount;
    return this.#sentBytes < SOCKET_BUDGET_BYTES ? 0 : Number.MAX_SAFE_INTEGER;
  }

  close(code: number, reason: string): void {
    if (this.#webSocket.readyState === WebSocket.OPEN) this.#webSocket.close(code, reason);
  }

  abort(): void {
    // The runtime has no way to cut a socket; the close frame waits behind what is queued, which is bounded above.
    this.close(ERRORS.TOO_SLOW.close, "TOO_SLOW");
  }
}
