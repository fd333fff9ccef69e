#!/usr/bin/env node
/**
 * The program `maskwire`.
 *
 * Owns the process: streams, signals, exit code, and the last net under a mistake of ours, which says nothing of
 * the error that fell into it.
 */
import { fstatSync } from "node:fs";
import { userInfo } from "node:os";
import { runCommandLine } from "./cli.ts";
import { tell, type Io } from "./io.ts";
import { createLog } from "./log.ts";
import { createOutput } from "./output.ts";
import { VERSION } from "./package-files.ts";

const log = createLog((line) => void process.stderr.write(line));
// The text and stack of a foreign error may quote payload. A rejection is one request's; an exception may be anybody's.
process.on("unhandledRejection", () => log.error("unhandled-rejection"));
process.on("uncaughtException", () => {
  log.error("uncaught-exception");
  process.exit(1);
});

const io: Io = {
  stdin: process.stdin,
  isStdinFolder: fstatSync(process.stdin.fd).isDirectory(),
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  userName: userName(),
  isStdoutTerminal: process.stdout.isTTY ?? false,
  isStderrTerminal: process.stderr.isTTY ?? false,
  onSignal: (run) => {
    process.on("SIGTERM", run);
    process.on("SIGINT", run);
  },
  onHangup: (run) => void process.on("SIGHUP", run),
  exitNow: (code) => process.exit(code),
};
process.stderr.on("error", () => undefined);

/** In a container the number of a user may have no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}

const output = createOutput(process.stdout);
const exitCode = await runCommandLine(process.argv.slice(2), io, VERSION);
await output.finish();
if (output.hasFailed) tell(io, "standard output cannot be written (is the disk full?): what is there is not all");
process.exit(output.hasFailed && exitCode === 0 ? 1 : exitCode);
