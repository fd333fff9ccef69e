/**
 * The server of src/server with what workerd offers, opened on the first request.
 *
 * Owns the refusal of a configuration that cannot take effect: then every request gets `BAD_CONFIG`, and the log
 * names the key. Never runs half a configuration.
 */
import { StreamError, toStreamError } from "../src/core/index.ts";
import { createServer, type ServerOptions } from "../src/server/app.ts";
import type { ServerConfig } from "../src/server/config.ts";
import { readConfig, type ConfigResult } from "./config.ts";
import type { Env } from "./env.ts";
import { createHmac } from "./hmac.ts";
import { createPorts, edgeLog } from "./ports.ts";

export interface EdgeServer {
  fetch(request: Request): Response | Promise<Response>;
}

/** Health only: counters of one isolate among many mean nothing, so `/metrics` is not served at the edge. */
const ADMIN_PATHS: ReadonlySet<string> = new Set(["/livez", "/readyz"]);

/** One of our errors as an answer, in the documented shape. */
export function refuse(error: StreamError): Response {
  const body = { error: { code: error.code, text: error.message } };
  return Response.json(body, { status: error.row.http, headers: { "cache-control": "no-store" } });
}

/** Never throws: a refused configuration answers every request with its error. */
export function openEdgeServer(env: Env): EdgeServer {
  const read = readConfig(env.MASKWIRE_CONFIG);
  if (!read.ok) return refused(read, new StreamError("BAD_CONFIG"));
  try {
    return running(read.config, env.MASKWIRE_KEY === undefined ? {} : { hmac: createHmac(env.MASKWIRE_KEY) });
  } catch (thrown) {
    return refused({ key: "MASKWIRE_CONFIG.policies" }, toStreamError(thrown));
  }
}

function running(config: ServerConfig, options: ServerOptions): EdgeServer {
  const server = createServer(createPorts(config.limits), config, options);
  const open = server.app(["publish", "subscribe"]);
  const admin = server.app(["admin"]);
  return {
    fetch: (request) => (ADMIN_PATHS.has(new URL(request.url).pathname) ? admin : open).fetch(request),
  };
}

function refused(why: Pick<Extract<ConfigResult, { ok: false }>, "key">, error: StreamError): EdgeServer {
  edgeLog.error("config_refused", { key: why.key, code: error.code });
  return { fetch: () => refuse(error) };
}
