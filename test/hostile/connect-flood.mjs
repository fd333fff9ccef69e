/**
 * Connects to one port of this machine as fast as it can, from as many loopback addresses as it takes for ports to
 * suffice, and says what became of it. A process of its own: a client in the server's process would slow it down.
 *
 *   node connect-flood.mjs PORT CONNECTS AT_ONCE HOLD LONGEST_MS
 *
 * Holds the first HOLD connections to the end; of the others, AT_ONCE at a time, each asks once and closes. Ends after
 * CONNECTS or LONGEST_MS. Writes one line of JSON.
 */
import { connect } from "node:net";
import process from "node:process";

const [port, connects, atOnce, hold, longestMs] = process.argv.slice(2).map(Number);
const REQUEST = "GET /hello HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
const ADDRESSES = 32;

const counts = { connected: 0, failed: 0, statuses: {} };
const held = [];
let begun = 0;

/** Resolves when it is over. `isHeld`: it is let in, and stays. */
function tryOnce(isHeld) {
  return new Promise((resolve) => {
    const localAddress = `127.0.1.${1 + (begun++ % ADDRESSES)}`;
    const socket = connect({ port, host: "127.0.0.1", localAddress });
    let text = "";
    let isConnected = false;
    let isIn = false;
    socket.once("connect", () => {
      isConnected = true;
      counts.connected++;
      socket.write(isHeld ? REQUEST.replace("close", "keep-alive") : REQUEST);
    });
    socket.on("data", (chunk) => {
      if (text === "" && isHeld && !chunk.toString("latin1").startsWith("HTTP/1.1 503")) {
        isIn = true;
        held.push(socket);
        resolve();
      }
      text += chunk.toString("latin1");
    });
    socket.on("error", () => undefined);
    socket.once("close", () => {
      if (!isConnected) counts.failed++;
      else if (!isIn) {
        const status = text === "" ? "cut" : text.slice(9, 12);
        counts.statuses[status] = (counts.statuses[status] ?? 0) + 1;
      }
      resolve();
    });
  });
}

// Those of a flood before make room once the server has heard that they left.
while (held.length < hold) await tryOnce(true);
const startMs = performance.now();
const first = counts.connected;
let left = connects;
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    while (left > 0 && performance.now() - startMs < longestMs) {
      left--;
      await tryOnce(false);
    }
  }),
);
const tookMs = performance.now() - startMs;
const perSecond = Math.round(((counts.connected - first) / tookMs) * 1000);
for (const socket of held) socket.destroy();
process.stdout.write(`${JSON.stringify({ ...counts, held: held.length, perSecond })}\n`);
