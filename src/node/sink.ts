/**
 * Streamed answers, written straight to the socket.
 *
 * Owns HTTP/1.1 chunk framing, done once for an array that goes to many subscribers. Never waits and never queues
 * by itself: what the peer has not taken stands in the socket's own queue.
 */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { ByteSink, OpenSink } from "../server/ports.ts";
import { bindingsOf, takeOver } from "./bindings.ts";

/** A factory, so that the arrays framed by one server are its own. */
export function createOpenSink(): OpenSink {
  const frame = createFramer();
  return (context, headers) => {
    const { outgoing } = bindingsOf(context);
    outgoing.writeHead(200, headers);
    outgoing.flushHeaders();
    const response = takeOver(outgoing);
    return { sink: createSink(outgoing, frame), response };
  };
}

function createSink(outgoing: ServerResponse, frame: (bytes: Uint8Array) => Uint8Array): ByteSink {
  let isOver = false;
  const listeners: (() => void)[] = [];
  outgoing.on("close", () => {
    isOver = true;
    for (const run of listeners.splice(0)) run();
  });
  outgoing.on("error", () => undefined);
  const write = writerOf(outgoing, frame);
  const stream = outgoing.socket ?? outgoing;
  return {
    write: (bytes) => {
      if (!isOver && bytes.length > 0) write(bytes);
    },
    queuedBytes: () => stream.writableLength,
    close: () => {
      if (isOver) return;
      isOver = true;
      outgoing.end();
    },
    abort: () => {
      isOver = true;
      outgoing.destroy();
    },
    onClose: (run) => {
      if (outgoing.closed || outgoing.destroyed) run();
      else listeners.push(run);
    },
  };
}

type Write = (bytes: Uint8Array) => void;

function writerOf(outgoing: ServerResponse, frame: (bytes: Uint8Array) => Uint8Array): Write {
  const socket: Socket | null = outgoing.socket;
  // An answer that waits behind another one on the same connection (pipelining) has no socket yet.
  if (socket === null) return (bytes) => void outgoing.write(bytes);
  // HTTP/1.0 has no chunks: the body ends with the connection.
  if (!outgoing.chunkedEncoding) return (bytes) => void socket.write(bytes);
  return (bytes) => void socket.write(frame(bytes));
}

function createFramer(): (bytes: Uint8Array) => Uint8Array {
  const framed = new WeakMap<Uint8Array, Uint8Array>();
  // Most often the next subscriber is given the same.
  let latest: { readonly bytes: Uint8Array; readonly chunk: Uint8Array } | undefined;
  return (bytes) => {
    if (latest?.bytes === bytes) return latest.chunk;
    const known = framed.get(bytes);
    if (known !== undefined) return known;
    const head = `${bytes.length.toString(16)}\r\n`;
    const chunk = Buffer.allocUnsafe(head.length + bytes.length + 2);
    chunk.write(head, 0, "latin1");
    chunk.set(bytes, head.length);
    chunk.write("\r\n", head.length + bytes.length, "latin1");
    framed.set(bytes, chunk);
    latest = { bytes, chunk };
    return chunk;
  };
}
