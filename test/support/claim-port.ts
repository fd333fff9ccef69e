/**
 * Ports that a test may leave and come back to: nobody else here is given one meanwhile.
 *
 * What the system hands out by itself it hands to the next who asks, clients too, as soon as it is closed. These lie outside
 * its range, and of us only one has each, for as long as its process lives.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

const FIRST_PORT = 10_000;
/** Linux hands out those from 32,768 on, other systems those from 49,152 on. */
const LAST_PORT = 29_999;
const HOST = "127.0.0.1";

/** A TCP port of loopback that nobody listens on, and nobody else who asks here is told. */
export async function claimPort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT + 1 - FIRST_PORT));
    if ((await isMarked(port)) && (await isFree(port))) return port;
  }
}

/** The mark is the UDP port of the same number: given to one, and back when its process ends, however it ends. */
function isMarked(port: number): Promise<boolean> {
  const mark = createSocket("udp4");
  return new Promise((resolve) => {
    mark.once("error", () => resolve(false));
    mark.bind({ port, address: HOST, exclusive: true }, () => {
      mark.unref();
      resolve(true);
    });
  });
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, HOST);
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
