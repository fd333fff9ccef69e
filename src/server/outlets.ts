/**
 * A subscriber's way out, over a byte stream or a WebSocket.
 */
import { closeCodeOf } from "./ending.ts";
import type { ByteSink, Socket } from "./ports.ts";
import type { Outlet } from "./subscriber.ts";

export function sinkOutlet(sink: ByteSink): Outlet {
  return {
    write: (batch) => sink.write(batch.joined),
    queuedBytes: () => sink.queuedBytes(),
    close: () => sink.close(),
    abort: () => sink.abort(),
  };
}

export function socketOutlet(socket: Socket): Outlet {
  return {
    write: (batch) => {
      for (const frame of batch.frames) socket.send(frame);
    },
    queuedBytes: () => socket.queuedBytes(),
    // The reason is the name of the code: a constant of ours.
    close: (ending) => socket.close(closeCodeOf(ending), ending),
    abort: () => socket.abort(),
  };
}
