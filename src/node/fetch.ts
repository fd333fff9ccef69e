/**
 * `fetch` for what the server dials itself, which looks at every address that a name resolves to before it connects.
 *
 * Owns the request and its answer. Goes to the addresses that were looked at and to no others: a second look at the name
 * could give other ones. A body is a text; follows no redirect, keeps no connection.
 */
import { lookup as systemLookup, type LookupAddress } from "node:dns";
import { request as requestPlain, type IncomingMessage } from "node:http";
import { request as requestTls } from "node:https";
import type { LookupFunction } from "node:net";
import { Duplex, pipeline, Readable, Transform } from "node:stream";
import { createBrotliDecompress, createGunzip } from "node:zlib";
import { StreamError } from "../core/index.ts";
import { DEFAULT_SERVER_LIMITS } from "../server/config/limits.ts";
import { isInflated, openDeflate } from "../server/http/content-encoding.ts";
import { destinationOf, type Destination, type Egress } from "../server/network/egress.ts";
import { authoritiesFor, isUntrusted } from "./authorities.ts";

/** Every address of a name. */
export type Resolve = (
  host: string,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Where a connection goes, and whose certificates count there. */
interface Way {
  readonly lookup: LookupFunction;
  readonly ca?: string;
}

const NO_BODY: readonly number[] = [204, 205, 304];

export const resolveBySystem: Resolve = (host, done) => systemLookup(host, { all: true }, done);

/**
 * The returned function throws StreamError `EGRESS_REFUSED`, `UPSTREAM_UNTRUSTED`, or `UPSTREAM_LOST` for whatever else goes wrong. An answer that
 * becomes more than `inflationLimit` times as long errs with `BODY_INFLATES`.
 */
export function createFetch(
  egress: Egress,
  resolve: Resolve = resolveBySystem,
  inflationLimit: number = DEFAULT_SERVER_LIMITS.inflationLimit,
): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const destination = destinationOf(url);
    if (!egress.admits(destination)) throw new StreamError("EGRESS_REFUSED");
    const way = { lookup: lookupFor(egress, destination, resolve), ...(await authoritiesFor(egress, destination)) };
    return toResponse(await ask(url, init, way), inflationLimit);
  };
}

/** Gives the addresses that the list admits; when there is none, an error that says so. */
export function lookupFor(egress: Egress, destination: Destination, resolve: Resolve): LookupFunction {
  return (host, { all }, done) => {
    resolve(host, (error, addresses) => {
      const admitted = (addresses ?? []).filter(({ address }) => egress.admitsAddress(destination, address));
      const [first] = admitted;
      if (error !== null) done(error, []);
      else if (first === undefined) done(new StreamError("EGRESS_REFUSED"), []);
      else if (all === true) done(null, admitted);
      else done(null, first.address, first.family);
    });
  };
}

function ask(url: URL, init: RequestInit | undefined, way: Way): Promise<IncomingMessage> {
  const { method = "GET", headers, signal, body } = init ?? {};
  const request = url.protocol === "https:" ? requestTls : requestPlain;
  const options = { agent: false, method, headers: Object.fromEntries(new Headers(headers)), ...way } as const;
  return new Promise((resolve, reject) => {
    const asked = request(url, signal ? { ...options, signal } : options, resolve);
    asked.on("error", (error) => reject(errorOf(error)));
    asked.end(typeof body === "string" ? body : undefined);
  });
}

function errorOf(error: Error): StreamError {
  if (error instanceof StreamError) return error;
  return new StreamError(isUntrusted(error) ? "UPSTREAM_UNTRUSTED" : "UPSTREAM_LOST");
}

function toResponse(message: IncomingMessage, inflationLimit: number): Response {
  const { statusCode: status = 0, headersDistinct } = message;
  const pairs = Object.entries(headersDistinct).flatMap(([name, values]) =>
    (values ?? []).map((value): [string, string] => [name, value]),
  );
  try {
    if (NO_BODY.includes(status)) {
      message.resume();
      return new Response(null, { status, headers: pairs });
    }
    const decoder = decoderOf(message);
    const body = decoder === undefined ? message : unpacked(message, decoder, inflationLimit);
    const response = new Response(Readable.toWeb(body) as ReadableStream<Uint8Array>, { status, headers: pairs });
    // What it says is no longer true of what is read here.
    if (decoder !== undefined) response.headers.delete("content-encoding");
    return response;
  } catch {
    // A status or a header that no answer may have.
    message.destroy();
    throw new StreamError("UPSTREAM_LOST");
  }
}

const DECODERS: Readonly<Record<string, () => Duplex>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: () => Duplex.fromWeb(openDeflate()),
  br: createBrotliDecompress,
};

/** As every `fetch` does, whatever was asked for; undefined for what comes as it is, or as nobody can undo it. */
function decoderOf({ headers }: IncomingMessage): Duplex | undefined {
  const encoding = headers["content-encoding"]?.trim().toLowerCase() ?? "";
  return Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding]() : undefined;
}

function unpacked(message: IncomingMessage, decoder: Duplex, inflationLimit: number): Readable {
  let inBytes = 0;
  let outBytes = 0;
  const counting = new Transform({
    transform(chunk: Buffer, _, done) {
      inBytes += chunk.length;
      done(null, chunk);
    },
  });
  const bounded = new Transform({
    transform(chunk: Buffer, _, done) {
      outBytes += chunk.length;
      const isTooMuch = isInflated({ inBytes, outBytes, inflationLimit });
      done(isTooMuch ? new StreamError("BODY_INFLATES", { limit: inflationLimit }) : null, chunk);
    },
  });
  // Whoever reads the end of it is told of the error.
  return pipeline(message, counting, decoder, bounded, () => undefined);
}
