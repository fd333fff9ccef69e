/**
 * Streamed answers, written straight to the socket.
 *
 * Owns HTTP/1.1 chunk framing, done once for an array that goes to many subscribers. Never waits and never queues
 * by itself: what the peer has not taken stands in the socket's own queue.
 */
import type { ServerResponse } from "node:http";
import type { ByteSink, OpenSink } from "../server/host/byte-sink.ts";
import { bindingsOf, takeOver } from "./bindings.ts";
import { DirectSocket } from "./direct-write.ts";
import { shareFrames } from "./shared-frame.ts";

/** A factory, so that the arrays framed by one server are its own. */
export function createOpenSink(): OpenSink {
  const frame = shareFrames(frameChunk);
  return (context, headers) => {
    const { outgoing } = bindingsOf(context);
    outgoing.writeHead(200, headers);
    outgoing.flushHeaders();
    const response = takeOver(outgoing);
    return { sink: new ResponseSink(outgoing, frame), response };
  };
}

type Frame = (bytes: Uint8Array) => Uint8Array;

class ResponseSink implements ByteSink {
  #isOver = false;
  /** Where its bytes are ours to frame; an answer that waits behind another one (pipelining) has none yet. */
  readonly #socket: DirectSocket | undefined;
  readonly #frame: Frame;
  readonly #outgoing: ServerResponse;
  readonly #listeners: (() => void)[] = [];

  constructor(outgoing: ServerResponse, frame: Frame) {
    this.#outgoing = outgoing;
    // Without chunks it is HTTP/1.0, or a host that has its own way of writing: then the answer knows how.
    const isOurs = outgoing.chunkedEncoding && outgoing.socket !== null;
    this.#socket = isOurs ? new DirectSocket(outgoing.socket) : undefined;
    this.#frame = frame;
    outgoing.on("close", () => {
      this.#isOver = true;
      for (const run of this.#listeners.splice(0)) run();
    });
    outgoing.on("error", () => undefined);
  }

  write(bytes: Uint8Array): void {
    if (this.#isOver || bytes.length === 0) return;
    if (this.#socket === undefined) this.#outgoing.write(bytes);
    else this.#socket.write(this.#frame(bytes));
  }

  queuedBytes(): number {
    return this.#socket?.queuedBytes() ?? this.#outgoing.writableLength;
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#outgoing.end();
  }

  abort(): void {
    this.#isOver = true;
    this.#outgoing.destroy();
  }

  onClose(run: () => void): void {
    if (this.#outgoing.closed || this.#outgoing.destroyed) run();
    else this.#listeners.push(run);
  }
}

/** One HTTP/1.1 chunk. */
function frameChunk(bytes: Uint8Array): Uint8Array {
  const head = `${bytes.length.toString(16)}\r\n`;
  const chunk = Buffer.allocUnsafe(head.length + bytes.length + 2);
  chunk.write(head, 0, "latin1");
  chunk.set(bytes, head.length);
  chunk.write("\r\n", head.length + bytes.length, "latin1");
  return chunk;
}
