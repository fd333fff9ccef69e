/** The world as a command sees it. A command reads and writes nothing else, so that a test can be the world. */
import type { Readable, Writable } from "node:stream";
import type { Environment } from "./config/environment.ts";

/** 0 clean, 1 findings or a failed check, 2 usage, 3 unknown: no answer either way. */
export type ExitCode = 0 | 1 | 2 | 3;

export interface Io {
  readonly stdin: Readable;
  /** True when it is a folder, which the runtime reads as nothing. */
  readonly isStdinFolder?: boolean;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly environment: Environment;
  /** Who runs the command, as the operating system says it. */
  readonly userName: string;
  readonly isStdoutTerminal: boolean;
  readonly isStderrTerminal: boolean;
  /** Calls back at each SIGTERM and SIGINT; without a call they end the process as usual. */
  onSignal(run: () => void): void;
  /** Calls back at each SIGHUP; without a call it ends the process as usual. */
  onHangup(run: () => void): void;
  /** Ends the process without waiting for anything. */
  exitNow(code: ExitCode): void;
}

/** One line for a person, on stderr. */
export function tell(io: Io, line: string): void {
  io.stderr.write(`maskwire: ${line}\n`);
}
