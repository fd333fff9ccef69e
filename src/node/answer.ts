/**
 * Sends a web Response over Node's HTTP server.
 *
 * Owns back-pressure and what happens when the body fails: the connection is cut, so that half an answer never
 * looks whole. Foreign errors end here; nothing of them is sent or logged.
 */
import type { ServerResponse } from "node:http";
import { toStreamError } from "../core/index.ts";
import type { Log } from "../server/telemetry/log.ts";
import { FINDINGS_TRAILER, trailerOf } from "./trailer.ts";

type Reader = ReadableStreamDefaultReader<Uint8Array>;
type Read = Awaited<ReturnType<Reader["read"]>>;

const texts = new WeakMap<Response, string>();

/** The answer, which has no body, with this one: a web stream of it would be most of the work of a small answer. */
export function withText(response: Response, text: string): Response {
  texts.set(response, text);
  return response;
}

/** Resolves when the answer was handed over or cut; never rejects. */
export async function sendResponse(response: Response, outgoing: ServerResponse, log: Log): Promise<void> {
  const headers = Object.fromEntries(response.headers);
  const text = texts.get(response);
  if (text !== undefined) {
    // Head and text leave in one write.
    outgoing.writeHead(response.status, { ...headers, "content-length": Buffer.byteLength(text) });
    outgoing.end(text);
    return;
  }
  if (response.body === null) {
    outgoing.writeHead(response.status, headers);
    outgoing.end();
    return;
  }
  const reader: Reader = response.body.getReader();
  outgoing.once("close", () => {
    reader.cancel().catch(() => undefined);
  });
  try {
    await sendBody({ status: response.status, headers, reader, outgoing });
  } catch (thrown) {
    log.warn("answer-cut", { code: toStreamError(thrown).code });
    outgoing.destroy();
  }
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly reader: Reader;
  readonly outgoing: ServerResponse;
}

async function sendBody({ status, headers, reader, outgoing }: Answer): Promise<void> {
  const trailer = trailerOf(outgoing, status);
  let pending = reader.read();
  const early: Uint8Array[] = [];
  // A body that is complete in this loop turn goes out whole, with its length; a stream never waits for more.
  for (let read = await readNow(pending); read !== undefined; read = await readNow(pending)) {
    // A trailer follows chunks only.
    if (trailer !== undefined) break;
    if (read.done) {
      const whole = Buffer.concat(early);
      outgoing.writeHead(status, { ...headers, "content-length": whole.length });
      outgoing.end(whole);
      return;
    }
    early.push(read.value);
    pending = reader.read();
    if (early.length === 2) break;
  }
  outgoing.writeHead(status, trailer === undefined ? headers : { ...headers, trailer: FINDINGS_TRAILER });
  outgoing.flushHeaders();
  for (const chunk of early) outgoing.write(chunk);
  for (let read = await pending; !read.done; read = await reader.read()) {
    if (!outgoing.write(read.value)) await untilDrained(outgoing);
  }
  if (trailer !== undefined) outgoing.addTrailers({ [FINDINGS_TRAILER]: trailer.text });
  outgoing.end();
}

function readNow(pending: Promise<Read>): Promise<Read | undefined> {
  const thisTurn = new Promise<undefined>((resolve) => {
    setImmediate(() => resolve(undefined));
  });
  return Promise.race([pending, thisTurn]);
}

/** Also ends when the peer leaves: a stream that was closed never drains. */
function untilDrained(outgoing: ServerResponse): Promise<void> {
  if (outgoing.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      outgoing.off("drain", done);
      outgoing.off("close", done);
      resolve();
    };
    outgoing.on("drain", done);
    outgoing.on("close", done);
  });
}
