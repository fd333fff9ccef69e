/**
 * The ports of src/server for workerd: clock, log, randomness, fetch, streamed answers and sockets.
 *
 * Timers, streams and sockets made here belong to the request or the object that was running: what must outlive
 * a request (feeds, relays) runs inside the feed object only.
 */
import type { ServerLimits } from "../src/server/config/limits.ts";
import type { LogEvent, LogFields, Log } from "../src/server/telemetry/log.ts";
import type { Ports } from "../src/server/ports.ts";
import type { Clock } from "../src/server/host/clock.ts";
import { openSink } from "./sink.ts";
import { createUpgradeSocket } from "./socket.ts";

const clock: Clock = {
  now: () => Date.now(),
  soon: (run) => void setTimeout(run, 0),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
  every: (periodMs, run) => {
    const timer = setInterval(run, periodMs);
    return () => clearInterval(timer);
  },
};

function createRecord(level: keyof Log): Log["info"] {
  return (event: LogEvent, fields: LogFields = {}) => {
    // oxlint-disable-next-line no-console -- the console is the platform's log, and a record holds no free text
    console[level](JSON.stringify({ level, event, ...fields }));
  };
}

export const edgeLog: Log = {
  info: createRecord("info"),
  warn: createRecord("warn"),
  error: createRecord("error"),
};

export function createPorts(limits: ServerLimits): Ports {
  return {
    clock,
    log: edgeLog,
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    fetch: (input, init) => fetch(input, init),
    openSink,
    // The platform's own header: it replaces whatever a client sends under this name.
    addressOf: (context) => context.req.header("cf-connecting-ip"),
    upgradeSocket: createUpgradeSocket(limits.messageLimitBytes),
  };
}
