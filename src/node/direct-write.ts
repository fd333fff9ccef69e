/**
 * Writes to sockets that have nothing else to send, past the queue of their stream: where thousands all keep up, its
 * book-keeping costs more than anything else but the system's own work.
 *
 * Owns the count of what the system did not take at once; until it has, a socket's stream queues as usual. Works with
 * what Node's own streams write with. Where a Node lends that to nobody, it is `socket.write`: slower, and nothing else.
 */
import type { Socket } from "node:net";

/** The socket of the system, as Node's streams see it. */
interface Handle {
  /** Takes what there is room for at once; `write` is for the rest, and untouched where there is none. 0, or what failed. */
  writeBuffer(write: PendingWrite, bytes: Uint8Array): number;
}

interface PendingWrite {
  /** The system reads on in them until it is over. */
  bytes?: Uint8Array;
  socket?: Socket;
  /** Called by Node, with less than 0 for what failed. */
  oncomplete?: (this: PendingWrite, status: number) => void;
}

/** What the stream itself keeps of its queue. */
interface StreamState {
  /** Bytes in it. */
  readonly length: number;
  /** `end` was called. */
  readonly ending: boolean;
}

interface StreamBinding {
  readonly WriteWrap: new () => PendingWrite;
  /** Of the last write of any stream: what became of it, by kind. */
  readonly streamBaseState: Int32Array;
  readonly kLastWriteWasAsync: number;
}

const underWayBytes = new Map<Socket, number>();
const binding = streamBinding();
let spare = createWrite();

/**
 * A socket of an HTTP server, and what a write to it looks at. With thousands of them all of that is cold when its turn
 * comes, so it is fetched once: the stream's own ways to it go through a dozen properties more.
 */
export class DirectSocket {
  readonly #socket: Socket;
  /** Absent where the stream has to do it. One that is closed takes nothing, and says so. */
  readonly #handle: Handle | undefined;
  readonly #state: StreamState;

  constructor(socket: Socket) {
    const { _handle: handle, _writableState: state } = socket as {
      readonly _handle?: Handle | null;
      readonly _writableState?: StreamState;
    };
    this.#socket = socket;
    this.#handle = binding === undefined || state === undefined ? undefined : (handle ?? undefined);
    this.#state = state ?? stateOf(socket);
  }

  /** As `socket.write`, and in order with it; `bytes` must not change any more. A peer that is gone is no error: it closes. */
  write(bytes: Uint8Array): void {
    const socket = this.#socket;
    const handle = this.#handle;
    if (
      binding === undefined ||
      spare === undefined ||
      handle === undefined ||
      this.#state.ending ||
      this.queuedBytes() > 0
    ) {
      socket.write(bytes);
      return;
    }
    // Nearly all are over when the call returns: then the next one uses the same object. Whatever is written before the
    // rest of this one has left stands behind it in the system's queue.
    if (handle.writeBuffer(spare, bytes) !== 0) {
      socket.destroy();
      return;
    }
    if (binding.streamBaseState[binding.kLastWriteWasAsync] === 0) return;
    spare.socket = socket;
    spare.bytes = bytes;
    underWayBytes.set(socket, bytes.length);
    spare = createWrite();
  }

  /** Bytes that were written to it and that the system has not taken. */
  queuedBytes(): number {
    const { length } = this.#state;
    return underWayBytes.size === 0 ? length : length + (underWayBytes.get(this.#socket) ?? 0);
  }
}

/** For a Node whose streams keep it elsewhere. */
function stateOf(socket: Socket): StreamState {
  return {
    get length() {
      return socket.writableLength;
    },
    ending: false,
  };
}

function createWrite(): PendingWrite | undefined {
  if (binding === undefined) return undefined;
  const write = new binding.WriteWrap();
  write.oncomplete = endWrite;
  return write;
}

function endWrite(this: PendingWrite, status: number): void {
  const { socket } = this;
  if (socket === undefined) return;
  underWayBytes.delete(socket);
  if (status < 0) socket.destroy();
}

/** Undefined where this Node has none, or keeps it to itself (`--permission`). */
function streamBinding(): StreamBinding | undefined {
  try {
    const node = process as unknown as { binding(name: string): Partial<StreamBinding> };
    const { WriteWrap, streamBaseState, kLastWriteWasAsync } = node.binding("stream_wrap");
    const isWhole = WriteWrap !== undefined && streamBaseState instanceof Int32Array;
    return isWhole && kLastWriteWasAsync !== undefined ? { WriteWrap, streamBaseState, kLastWriteWasAsync } : undefined;
  } catch {
    return undefined;
  }
}
