/**
 * Writes to sockets that have nothing else to send, past the queue of their stream: where thousands all keep up, its
 * book-keeping costs more than anything else but the system's own work.
 *
 * Owns the count of what the system did not take at once; until it has, a socket's stream queues as usual.
 */
import type { Socket } from "node:net";

const underWayBytes = new Map<Socket, number>();
let spare = createWrite();

interface Write {
  isOver: boolean;
  error: Error | undefined;
  onOver: (() => void) | undefined;
  readonly done: (error?: Error | null) => void;
}

/** As `socket.write`, and in order with it; `bytes` must not change any more. */
export function writeDirect(socket: Socket, bytes: Uint8Array): void {
  if (!socket.writable || queuedBytesOf(socket) > 0) {
    socket.write(bytes);
    return;
  }
  // Nearly all are over when the call returns: then the next one uses the same object.
  const write = spare;
  write.isOver = false;
  // What the queue itself would call. Whatever is written before the answer comes stands behind it in the system's queue.
  // oxlint-disable-next-line no-underscore-dangle
  socket._write(bytes, "buffer" as BufferEncoding, write.done);
  if (write.isOver) {
    if (write.error !== undefined) socket.destroy(write.error);
    return;
  }
  spare = createWrite();
  underWayBytes.set(socket, bytes.length);
  write.onOver = () => {
    underWayBytes.delete(socket);
    if (write.error !== undefined) socket.destroy(write.error);
  };
}

/** Bytes that were written to it and that the system has not taken. */
export function queuedBytesOf(socket: Socket): number {
  const { writableLength } = socket;
  return underWayBytes.size === 0 ? writableLength : writableLength + (underWayBytes.get(socket) ?? 0);
}

function createWrite(): Write {
  const write: Write = {
    isOver: false,
    error: undefined,
    onOver: undefined,
    done: (error) => {
      write.isOver = true;
      write.error = error ?? undefined;
      write.onOver?.();
    },
  };
  return write;
}
