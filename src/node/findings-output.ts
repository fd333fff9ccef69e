/**
 * Where `maskwire mask --findings` says what was found: a file, or stderr.
 *
 * Owns the file. It is empty until the input has ended in order, so that no older report stands for this run.
 */
import { open, stat } from "node:fs/promises";
import { tell, type Io } from "./io.ts";

export interface FindingsOutput {
  /** False, after saying why, when it cannot be written. */
  write(line: string): Promise<boolean>;
  close(): Promise<void>;
}

const REFUSED = "--findings: the file cannot be written; name another, or - for stderr";

/** `place`: a file, or `-` for stderr; `input`: the file that is read. Undefined, after saying why, for a place that is none. */
export async function openFindings(
  place: string,
  input: string | undefined,
  io: Io,
): Promise<FindingsOutput | undefined> {
  if (place === "-") {
    const write = async (line: string): Promise<boolean> =>
      await new Promise((resolve) => void io.stderr.write(line, () => resolve(true)));
    return { write, close: () => Promise.resolve() };
  }
  try {
    // Nothing of a file is lost before it is known not to be the input.
    const handle = await open(place, "a");
    const status = await handle.stat();
    const read = input === undefined || input === "-" ? undefined : await stat(input).catch(() => undefined);
    if (read?.ino === status.ino && read.dev === status.dev) {
      await handle.close();
      tell(io, "--findings: this is the input file; name another, or - for stderr");
      return undefined;
    }
    if (status.isFile()) await handle.truncate();
    return {
      write: async (line) => {
        try {
          await handle.writeFile(line);
          return true;
        } catch {
          tell(io, REFUSED);
          return false;
        }
      },
      close: () => handle.close(),
    };
  } catch {
    tell(io, REFUSED);
    return undefined;
  }
}
