/**
 * A subscriber's way out, over a byte stream or a WebSocket.
 */
import type { Batch } from "./batch.ts";
import { closeCodeOf, type Ending } from "./ending.ts";
import type { ByteSink } from "../host/byte-sink.ts";
import type { Socket } from "../host/socket.ts";

/**
 * A connection as a subscriber sees it, whatever carries it. No method waits; one that throws costs this connection and
 * no other.
 */
export interface Outlet {
  write(batch: Batch): void;
  queuedBytes(): number;
  close(ending: Ending): void;
  abort(): void;
}

export function sinkOutlet(sink: ByteSink): Outlet {
  return new SinkOutlet(sink);
}

/** `isLines`: what is there at once leaves as the lines of one message. */
export function socketOutlet(socket: Socket, isLines = false): Outlet {
  return new SocketOutlet(socket, isLines);
}

class SinkOutlet implements Outlet {
  readonly #sink: ByteSink;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  write(batch: Batch): void {
    this.#sink.write(batch.joined);
  }

  queuedBytes(): number {
    return this.#sink.queuedBytes();
  }

  close(): void {
    this.#sink.close();
  }

  abort(): void {
    this.#sink.abort();
  }
}

class SocketOutlet implements Outlet {
  readonly #socket: Socket;
  readonly #isLines: boolean;

  constructor(socket: Socket, isLines: boolean) {
    this.#socket = socket;
    this.#isLines = isLines;
  }

  write(batch: Batch): void {
    this.#socket.sendAll(this.#isLines ? batch.lines : batch.frames);
  }

  queuedBytes(): number {
    return this.#socket.queuedBytes();
  }

  close(ending: Ending): void {
    // The reason is the name of the code: a constant of ours.
    this.#socket.close(closeCodeOf(ending), ending);
  }

  abort(): void {
    this.#socket.abort();
  }
}
