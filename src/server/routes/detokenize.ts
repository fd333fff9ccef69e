/**
 * `POST /v1/detokenize`: a body that holds tokens comes in, and leaves with the values while it still comes in.
 *
 * For callers that are granted it, and only when each call is written down.
 */
import type { Context } from "hono";
import { countRestored, StreamError, toStreamError, writeMediaType } from "../../core/index.ts";
import { nameIn } from "../telemetry/log.ts";
import { isShortBody, mediaTypeOf, queryOf, STREAM_HEADERS } from "../http/request.ts";
import { readTraceparent } from "../telemetry/traceparent.ts";
import type { Services } from "../services.ts";
import type { RouteCall } from "./route.ts";
import { bodyOf, enterProducer, readerOf } from "./producer.ts";

export async function detokenize(context: Context, services: Services, { access }: RouteCall): Promise<Response> {
  const { ports, maskStreams, detokenizer } = services;
  if (detokenizer === undefined) throw new StreamError("NOT_FOUND");
  const { policy: name = "default" } = queryOf(context, ["policy"]);
  const type = mediaTypeOf(context);
  const incoming = bodyOf(context, services);
  const leaveProducers = enterProducer(services);
  const span = ports.tracer?.start("maskwire.detokenize", {
    traceparent: readTraceparent(context.req.header("traceparent")),
  });
  let restoredCount = 0;
  const leave = (failure: unknown, bytes: number): void => {
    leaveProducers();
    span?.end(
      {
        "maskwire.policy": nameIn(services.settings.config.policies, name),
        "maskwire.format": type.format,
        "maskwire.bytes": bytes,
        "maskwire.restored": restoredCount,
      },
      failure === undefined ? undefined : toStreamError(failure).code,
    );
  };
  const call = await detokenizer
    .begin({ access, policy: name, purpose: context.req.header("maskwire-purpose") })
    .catch((thrown: unknown) => {
      leave(thrown, 0);
      throw thrown;
    });
  const body = readerOf(incoming, services, access);
  // Read now: while the record was written another configuration may have come.
  const restorer = services.settings.policies.restorerOf(name);
  const restored = await maskStreams.open({
    policy: restorer,
    forStream: countRestored(restorer, (entity) => {
      restoredCount++;
      call.count(entity);
    }),
    choice: { format: type.format, ...type.options },
    body,
    isShort: isShortBody(context),
    beforeLeaving: (isLast) => call.release(isLast),
    onEnd: (failure) => {
      leave(failure, body.bytes);
      call.close(failure);
    },
  });
  return context.body(restored, 200, { "content-type": writeMediaType(type), ...STREAM_HEADERS });
}
