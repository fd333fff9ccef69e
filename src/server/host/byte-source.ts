/** A body as a host hands it on, and what undoes its compression. */

/** A body as it comes in. One reader; `read` is not called again before it has answered. */
export interface ByteSource {
  /** The next chunk; undefined at the end. */
  read(): Promise<Uint8Array | undefined>;
  /** True when `read` would not wait for the peer; absent where that is not known. */
  readonly isReady?: boolean;
  /** Stops reading; a pending `read` ends, and so does every later one. */
  cancel(): Promise<void>;
}

/** Turns compressed bytes into what they were. */
export interface Decoder {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array<ArrayBuffer>>;
}
