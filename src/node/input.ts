/** Where a command's bytes come from: a file that was named, or stdin. */
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { tell, type Io } from "./io.ts";
import { readFailure } from "./read-failure.ts";

const READ_BYTES = 262_144;

export interface Input {
  readonly stream: Readable;
  /** Absent where the length is not known, as with a pipe. */
  readonly sizeBytes?: number;
  readonly isFile: boolean;
}

/** Opens the file, or stdin when there is none or it is `-`; else why it cannot be read. */
export async function openInput(file: string | undefined, io: Io): Promise<Input | string> {
  if (file === undefined || file === "-")
    return io.isStdinFolder === true ? "is a folder" : { stream: io.stdin, isFile: false };
  try {
    const handle = await open(file);
    const status = await handle.stat();
    if (status.isDirectory()) {
      await handle.close();
      return "is a folder";
    }
    const stream = handle.createReadStream({ highWaterMark: READ_BYTES });
    return { stream, isFile: true, ...(status.isFile() ? { sizeBytes: status.size } : {}) };
  } catch (thrown) {
    return readFailure(thrown);
  }
}

/** The same; says what to write instead before it answers undefined. */
export async function requireInput(file: string | undefined, io: Io): Promise<Input | undefined> {
  const input = await openInput(file, io);
  if (typeof input !== "string") return input;
  tell(io, `${file ?? "-"}: ${input}; name a file, or leave it out to read stdin`);
  return undefined;
}

/** Longest input of commands that go over it again and again. */
const WHOLE_LIMIT_BYTES = 268_435_456;

/** A whole input that holds something; undefined after saying why there is none. */
export async function requireWhole(file: string | undefined, io: Io): Promise<Uint8Array | undefined> {
  const input = await requireInput(file, io);
  if (input === undefined) return undefined;
  const whole = await readWhole(input, WHOLE_LIMIT_BYTES);
  if (typeof whole === "string") tell(io, whole);
  else if (whole.length === 0) tell(io, "the input is empty: it would show nothing; name a file, or pipe data in");
  else return whole;
  return undefined;
}

/** Everything, as one array; else why not: it is longer than `limitBytes`, or breaks off. */
export async function readWhole(input: Input, limitBytes: number): Promise<Uint8Array | string> {
  const chunks: Uint8Array[] = [];
  let lengthBytes = 0;
  try {
    for await (const chunk of input.stream as AsyncIterable<Buffer>) {
      lengthBytes += chunk.length;
      if (lengthBytes > limitBytes)
        return `the input is longer than ${limitBytes} bytes; give a part of it, such as head -c ${limitBytes}`;
      chunks.push(chunk);
    }
  } catch {
    return "the input broke off";
  }
  return Buffer.concat(chunks);
}

/** Lines without their LF; undefined, and the end, for one that is longer than `limitBytes`. */
export async function* readLines(input: Input, limitBytes: number): AsyncGenerator<Uint8Array | undefined> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const chunk of input.stream as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      yield held.length === 0 ? chunk.subarray(start, end) : Buffer.concat([...held, chunk.subarray(start, end)]);
      held = [];
      heldBytes = 0;
      start = end + 1;
    }
    heldBytes += chunk.length - start;
    if (heldBytes > limitBytes) {
      yield undefined;
      return;
    }
    if (start < chunk.length) held.push(chunk.subarray(start));
  }
  if (heldBytes > 0) yield Buffer.concat(held);
}
