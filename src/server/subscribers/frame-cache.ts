/**
 * Encoded frames of recent entries, one per transport, made when first asked for and shared by all subscribers.
 *
 * Owns a bounded number of bytes: the oldest frames go first, and are made anew if somebody replays them.
 */
import type { Entry } from "../history/entry.ts";
import { TRANSPORTS, type Transport, type TransportName } from "./transports.ts";

export class FrameCache {
  readonly #limitBytes: number;
  readonly #frames: Readonly<Record<TransportName, Map<number, Uint8Array>>>;
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
    this.#frames = { sse: new Map(), ndjson: new Map(), websocket: new Map() };
  }

  frameOf(entry: Entry, id: string, transport: Transport): Uint8Array {
    const frames = this.#frames[transport.name];
    let frame = frames.get(entry.sequence);
    if (frame === undefined) {
      frame = transport.event({ entry, id });
      frames.set(entry.sequence, frame);
      this.#bytes += frame.length;
      this.#forget();
    }
    return frame;
  }

  #forget(): void {
    for (const name of TRANSPORTS) {
      const frames = this.#frames[name];
      for (const [sequence, frame] of frames) {
        if (this.#bytes <= this.#limitBytes) return;
        frames.delete(sequence);
        this.#bytes -= frame.length;
      }
    }
  }
}
