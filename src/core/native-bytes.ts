/**
 * What the runtime does with many bytes at once, where this language takes one after the other.
 *
 * Owns the asking. It is asked for and not imported, because not every runtime has it; what is masked is the same
 * with and without.
 */

type Search = (this: Uint8Array, byte: number, from: number) => number;

interface Bytes {
  readonly isUtf8?: (bytes: Uint8Array) => boolean;
  readonly Buffer?: {
    readonly prototype: { readonly indexOf: Search; readonly lastIndexOf: Search };
    readonly from: (text: string, encoding: "base64") => Uint8Array;
  };
}

interface Runtime {
  readonly process?: { readonly getBuiltinModule?: (name: string) => Bytes | undefined };
}

/** Fewer bytes are looked at sooner than the call is made. */
const NATIVE_FROM_BYTES = 256;

const native = (globalThis as Runtime).process?.getBuiltinModule?.("node:buffer");
const isUtf8 = native?.isUtf8;
// A byte array's own search takes ten times as long.
const indexOf = native?.Buffer?.prototype.indexOf;
const lastIndexOf = native?.Buffer?.prototype.lastIndexOf;

/** True when all bytes are valid UTF-8; false when they are not, or when nobody could be asked quickly. */
export function isKnownUtf8(bytes: Uint8Array): boolean {
  return isUtf8 !== undefined && bytes.length >= NATIVE_FROM_BYTES && isUtf8(bytes);
}

/** As `bytes.indexOf`. */
export function indexOfByte(bytes: Uint8Array, byte: number, from = 0): number {
  return indexOf === undefined ? bytes.indexOf(byte, from) : indexOf.call(bytes, byte, from);
}

/** As `bytes.lastIndexOf`; `from` is not negative. */
export function lastIndexOfByte(bytes: Uint8Array, byte: number, from = bytes.length): number {
  return lastIndexOf === undefined ? bytes.lastIndexOf(byte, from) : lastIndexOf.call(bytes, byte, from);
}

/** What base64 stands for; undefined when nobody could be asked quickly. */
export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  return native?.Buffer && new Uint8Array(native.Buffer.from(text, "base64"));
}
