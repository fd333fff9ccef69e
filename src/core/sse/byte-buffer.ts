/**
 * Bytes that arrive in pieces and leave as one: copied in, so that a small piece never keeps a big chunk alive.
 *
 * Owns its memory. Knows no limit: the caller asks `lengthBytes` before it adds.
 */
export class ByteBuffer {
  #bytes: Uint8Array = new Uint8Array(256);
  #lengthBytes = 0;

  get lengthBytes(): number {
    return this.#lengthBytes;
  }

  /** The first byte, undefined when empty. */
  get first(): number | undefined {
    return this.#lengthBytes === 0 ? undefined : this.#bytes[0];
  }

  /** Amortised O(part.length). */
  add(part: Uint8Array): void {
    const needed = this.#lengthBytes + part.length;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, this.#lengthBytes));
      this.#bytes = grown;
    }
    this.#bytes.set(part, this.#lengthBytes);
    this.#lengthBytes = needed;
  }

  /** Returns a copy of all of it, and empties the buffer. */
  take(): Uint8Array {
    const all = this.#bytes.slice(0, this.#lengthBytes);
    this.#lengthBytes = 0;
    return all;
  }

  clear(): void {
    this.#lengthBytes = 0;
  }
}
