/**
 * The log: one JSON object a line.
 *
 * Owns the line's form. Takes no free text, so payload cannot reach it.
 */
import type { LogEvent, LogFields, Log } from "../server/telemetry/log.ts";

type Level = "info" | "warn" | "error";

/** Writes `{"time","level","event",…fields}` lines; times are ISO 8601, UTC. */
export function createLog(write: (line: string) => void): Log {
  const record =
    (level: Level) =>
    (event: LogEvent, fields: LogFields = {}): void =>
      write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`);
  return { info: record("info"), warn: record("warn"), error: record("error") };
}
