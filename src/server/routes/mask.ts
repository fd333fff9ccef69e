/**
 * `POST /v1/mask`: a body comes in, and leaves masked while it still comes in.
 */
import type { Context } from "hono";
import { StreamError, toStreamError, writeMediaType } from "../../core/index.ts";
import { requireAction } from "../auth/access.ts";
import { nameIn } from "../telemetry/log.ts";
import { isShortBody, mediaTypeOf, queryOf, STREAM_HEADERS } from "../http/request.ts";
import { readTraceparent } from "../telemetry/traceparent.ts";
import type { Services } from "../services.ts";
import type { RouteCall } from "./route.ts";
import { bodyOf, enterProducer, readerOf } from "./producer.ts";

export async function mask(context: Context, services: Services, { access }: RouteCall): Promise<Response> {
  requireAction(access, "mask", []);
  const { settings, ports, metrics, maskStreams } = services;
  const { policy: name = "default", findings } = queryOf(
    context,
    ports.openReport ? ["policy", "findings"] : ["policy"],
  );
  const policy = settings.policies.get(name);
  if (policy === undefined) throw new StreamError("POLICY_UNKNOWN");
  const type = mediaTypeOf(context);
  const report = ports.openReport?.(context, { format: type.format, findings });
  const incoming = bodyOf(context, services);
  const leave = enterProducer(services);
  const body = readerOf(incoming, services, access);
  const span = ports.tracer?.start("maskwire.mask", {
    traceparent: readTraceparent(context.req.header("traceparent")),
  });
  const masked = await maskStreams.open({
    policy,
    ...(report === undefined ? {} : { report, forStream: report.watch(policy) }),
    stage: settings.policies.stageOf(policy),
    choice: { format: type.format, ...type.options },
    body,
    isShort: isShortBody(context),
    onEnd: (failure) => {
      leave();
      const code = failure === undefined ? undefined : toStreamError(failure).code;
      if (code !== undefined) metrics.add("fail_closed_total", 1, code);
      span?.end(
        {
          "maskwire.policy": nameIn(settings.config.policies, name),
          "maskwire.format": type.format,
          "maskwire.bytes": body.bytes,
        },
        code,
      );
    },
  });
  return context.body(masked, 200, {
    "content-type": writeMediaType(type),
    ...STREAM_HEADERS,
  });
}
