/**
 * `POST /v1/mask`: a body comes in, and leaves masked while it still comes in.
 */
import type { Context } from "hono";
import { StreamError, toStreamError } from "../../core/index.ts";
import { BodyReader } from "../body-reader.ts";
import { formatOf, queryOf } from "../request.ts";
import type { Services } from "../services.ts";

/** Up to this length a body is awaited until something can leave, so that an error in it gets its status. */
const SHORT_BYTES = 65_536;

const TYPE_BY_FORMAT = {
  text: "text/plain; charset=utf-8",
  json: "application/json",
  ndjson: "application/x-ndjson",
  sse: "text/event-stream",
} as const;

export async function mask(context: Context, services: Services): Promise<Response> {
  const { config, ports, metrics, lifecycle, maskStreams } = services;
  const { policy: name = "default" } = queryOf(context, ["policy"]);
  const policy = services.policies.get(name);
  if (policy === undefined) throw new StreamError("POLICY_UNKNOWN");
  const format = formatOf(context);
  const disconnect = lifecycle.connect();
  metrics.add("producers", 1);
  const body = new BodyReader(context.req.raw.body, {
    clock: ports.clock,
    idleMs: config.limits.producerIdleTimeoutMs,
  });
  const masked = await maskStreams.open({
    policy,
    format,
    body,
    isShort: Number(context.req.header("content-length") ?? Infinity) <= SHORT_BYTES,
    onEnd: (failure) => {
      disconnect();
      metrics.add("producers", -1);
      if (failure !== undefined) metrics.add("fail_closed_total", 1, toStreamError(failure).code);
    },
  });
  return context.body(masked, 200, {
    "content-type": TYPE_BY_FORMAT[format],
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",
  });
}
