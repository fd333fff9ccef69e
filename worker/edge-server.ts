/**
 * The server of src/server with what workerd offers, opened on the first request.
 *
 * Owns the refusal of a configuration that cannot take effect: then every request gets its error, and the log names
 * the key. Never runs half a configuration.
 */
import { StreamError, toStreamError } from "../src/core/index.ts";
import { createServer, type ServerOptions } from "../src/server/app.ts";
import { createCrypto } from "../src/server/crypto.ts";
import { openKeyRing } from "../src/server/root-key.ts";
import type { ServerConfig } from "../src/server/config.ts";
import { problemBody, problemHeaders } from "../src/server/problem.ts";
import { readConfig } from "./config.ts";
import deployed from "./deployment.js";
import type { Env } from "./env.ts";
import { secretOf } from "./secret.ts";
import { createPorts, edgeLog } from "./ports.ts";

export interface EdgeServer {
  fetch(request: Request): Response | Promise<Response>;
}

/** Health only: counters of one isolate among many mean nothing, so `/metrics` is not served at the edge. */
const ADMIN_PATHS: ReadonlySet<string> = new Set(["/livez", "/readyz"]);

/** What needs nobody else: masks, the page, health. Follows no upstream, which would die with the request. */
export function openIsolateServer(env: Env): EdgeServer {
  return open(env, (config, options) => {
    const server = createServer(createPorts(config.limits), { ...config, relays: {} }, options);
    const pages = server.app(["publish", "subscribe"]);
    const admin = server.app(["admin"]);
    return { fetch: (request) => (ADMIN_PATHS.has(new URL(request.url).pathname) ? admin : pages).fetch(request) };
  });
}

/** Feeds and relays, for the object that all their requests share. */
export function openObjectServer(env: Env): EdgeServer {
  return open(env, (config, options) => {
    const app = createServer(createPorts(config.limits), config, options).app(["publish", "subscribe"]);
    return { fetch: (request) => app.fetch(request) };
  });
}

/** Never throws: a refused configuration answers every request with its error. */
function open(env: Env, run: (config: ServerConfig, options: ServerOptions) => EdgeServer): EdgeServer {
  const read = readConfig(env.MASKWIRE_CONFIG ?? deployed);
  if (!read.ok) return refuse(read.key, new StreamError("BAD_CONFIG"));
  let at = "MASKWIRE_KEY";
  try {
    const keys = readKeys(env, read.config);
    at = "MASKWIRE_JWT_SECRET";
    const secret = env.MASKWIRE_JWT_SECRET === undefined ? {} : { jwtSecret: secretOf(env.MASKWIRE_JWT_SECRET) };
    const options = { ...keys, ...secret };
    at = "MASKWIRE_CONFIG.policies";
    return run(read.config, options);
  } catch (thrown) {
    return refuse(at, thrown);
  }
}

/** @throws StreamError `BAD_CONFIG` for a key that is too short or a version that is not there. */
function readKeys({ MASKWIRE_KEY }: Env, { keys }: ServerConfig): Pick<ServerOptions, "keys"> {
  if (MASKWIRE_KEY !== undefined) return { keys: openKeyRing(createCrypto(), secretOf(MASKWIRE_KEY), keys) };
  if (keys !== undefined) throw new StreamError("KEY_MISSING");
  return {};
}

function refuse(key: string, thrown: unknown): EdgeServer {
  const error = toStreamError(thrown);
  edgeLog.error("config-refused", { key, code: error.code });
  return { fetch: () => answer(error) };
}

/** One of our errors as an answer, in the documented shape. */
export function answer(error: StreamError): Response {
  return Response.json(problemBody(error), { status: error.row.http, headers: problemHeaders(error) });
}
