/**
 * Tries one TCP connection, and says what came of it.
 *
 * Owns which errors mean that somebody on the way said no. Sends nothing and keeps nothing of what it hears.
 */
import { connect } from "node:net";
import type { Dial, DialOutcome } from "../server/network/dial.ts";

/** A plugin drops, resets, or answers that the host or network is unreachable; EPERM is a filter on the own side. */
const SHUT_CODES: readonly unknown[] = [
  "EACCES",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EPERM",
  "ETIMEDOUT",
];

export const dial: Dial = ({ host, listenPort }, { limitMs, greeting }) =>
  new Promise((resolve) => {
    const heard: Buffer[] = [];
    let hasTried = false;
    const socket = connect({ host, port: listenPort });
    const finish = (outcome: DialOutcome): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    // Without a try the time went into the name, which no policy on this port explains.
    const timer = setTimeout(() => finish(hasTried ? "shut" : "failed"), limitMs);
    socket.on("connectionAttempt", () => (hasTried = true));
    socket.on("connect", () => {
      if (greeting === undefined) finish("open");
    });
    socket.on("data", (chunk) => {
      heard.push(chunk);
      const text = Buffer.concat(heard).toString("latin1");
      if (text === greeting) finish("open");
      else if (!greeting?.startsWith(text)) finish("failed");
    });
    socket.on("end", () => finish("failed"));
    socket.on("error", (error) =>
      finish(codesOf(error).every((code) => SHUT_CODES.includes(code)) ? "shut" : "failed"),
    );
  });

/** Of a name with several addresses, the error of each. */
function codesOf(error: NodeJS.ErrnoException): unknown[] {
  const errors: readonly NodeJS.ErrnoException[] = error instanceof AggregateError ? error.errors : [error];
  return errors.map(({ code }) => code);
}
