/**
 * What may be logged, by type: payload is text, and no text that is merely a `string` compiles as a log record.
 *
 * Owns the names of events and fields, and the only ways in which text becomes a value: a name that a table of the
 * configuration has, an error code, a state. A span takes its attributes by the same type.
 */
import type { ErrorCode } from "../../core/index.ts";
import type { ListenerName } from "../config/config.ts";
import type { PolicyState } from "../network/enforcement.ts";

/** Every event that the log has; docs/operations.md lists them. */
export const LOG_EVENTS = [
  "answer-cut",
  "audit-failed",
  "config-refused",
  "configuration-refused",
  "configuration-taken",
  "drain-announced",
  "drain-ended",
  "drain-started",
  "history-failed",
  "history-recovered",
  "history-trimmed",
  "ingest-connected",
  "ingest-lost",
  "ingest-refused",
  "listening",
  "network-policies-awaited",
  "no-authentication",
  "object-woke",
  "policy-state",
  "relay-lost",
  "request-failed",
  "route-failed",
  "socket-handler-failed",
  "tracing-unavailable",
  "uncaught-exception",
  "unhandled-rejection",
  "warm-up-failed",
  "warmed-up",
] as const;

export type LogEvent = (typeof LOG_EVENTS)[number];

type LogField =
  | "changedPolicies"
  | "code"
  | "column"
  | "events"
  | "graceMs"
  | "host"
  | "ingest"
  | "key"
  | "line"
  | "listenPort"
  | "listeners"
  | "oldStreams"
  | "path"
  | "relay"
  | "rows"
  | "sockets"
  | "source"
  | "state"
  | "status"
  | "waitMs"
  | "windowMs";

declare const configured: unique symbol;

/** Text out of the configuration. Only the functions of this file make it. */
export type LogName = string & { readonly [configured]: true };

export type LogValue = number | boolean | LogName | ErrorCode | ListenerName | PolicyState;

export type LogFields = Readonly<Partial<Record<LogField, LogValue>>>;

/** Nothing but log fields, also where an object is spread that has more than its type is asked for. */
type OnlyLogged<Fields> = { readonly [Field in keyof Fields]: Field extends LogField ? LogValue : never };

export type LogWrite = <Fields extends LogFields>(event: LogEvent, fields?: Fields & OnlyLogged<Fields>) => void;

/** A log record has no free text: an event of the table, and numbers or names out of the configuration (log.ts). */
export interface Log {
  readonly info: LogWrite;
  readonly warn: LogWrite;
  readonly error: LogWrite;
}

/** The entries of a table of the configuration, whose keys somebody who operates the server chose. */
export function namedEntries<Value>(table: Readonly<Record<string, Value>>): (readonly [LogName, Value])[] {
  return Object.entries(table) as [LogName, Value][];
}

/** `name` as the key that `table` has; undefined for what somebody else made up. */
export function nameIn(table: Readonly<Record<string, unknown>>, name: string): LogName | undefined {
  return Object.hasOwn(table, name) ? (name as LogName) : undefined;
}

/** Where a listener listens, as a log record says it. */
export function listenerFields(address: {
  readonly listeners: readonly ListenerName[];
  readonly host: string;
  readonly listenPort: number;
}): LogFields {
  const { listeners, host, listenPort } = address;
  return { listeners: listeners.join(",") as LogName, host: host as LogName, listenPort };
}

/** Where a configuration is wrong: its file or variable, and the keys from the root; never a value out of it. */
export function placeFields(place: {
  readonly source: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
}): LogFields {
  const { source, line, column, path } = place;
  return { source: source as LogName, line, column, path: path as LogName };
}

/** The variable, or the keys from the root of the settings, that a deployment is refused for. */
export function keyFields({ key, code }: { readonly key: string; readonly code: ErrorCode }): LogFields {
  return { key: key as LogName, code };
}
