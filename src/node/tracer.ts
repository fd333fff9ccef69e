/**
 * Spans by the OpenTelemetry SDK that the process was started with.
 *
 * Owns finding it and the parent of a span. Without an SDK nothing is loaded. What the SDK throws ends here.
 */
import type { Context, Span as ApiSpan } from "@opentelemetry/api";
import type { Log } from "../server/telemetry/log.ts";
import type { Span, SpanParent, Tracer } from "../server/telemetry/tracer.ts";
import { readTraceparent } from "../server/telemetry/traceparent.ts";

type Api = typeof import("@opentelemetry/api");

/** Where every copy of `@opentelemetry/api` 1 keeps what an SDK registers. */
const REGISTRY = Symbol.for("opentelemetry.js.api.1");
const SILENT: Span = { end: () => undefined };

/** Undefined where no SDK has registered itself by now. Never throws. */
export async function openTracer(log: Log): Promise<Tracer | undefined> {
  const registry = (globalThis as { [REGISTRY]?: { readonly trace?: unknown } })[REGISTRY];
  if (registry?.trace === undefined) return undefined;
  try {
    return createTracer(await import("@opentelemetry/api"));
  } catch {
    log.warn("tracing-unavailable");
    return undefined;
  }
}

function createTracer(api: Api): Tracer {
  const tracer = api.trace.getTracer("maskwire");
  return {
    start(name, parent) {
      try {
        return wrap(api, tracer.startSpan(name, {}, contextOf(api, parent)));
      } catch {
        return SILENT;
      }
    },
  };
}

function wrap(api: Api, span: ApiSpan): Span {
  return {
    traceparent: traceparentOf(api, span),
    end(fields, code) {
      try {
        span.setAttributes(fields);
        if (code !== undefined) {
          span.setAttribute("error.type", code);
          span.setStatus({ code: api.SpanStatusCode.ERROR });
        }
        span.end();
      } catch {
        // A trace is not worth a request.
      }
    },
  };
}

function traceparentOf({ isSpanContextValid }: Api, span: ApiSpan): string | undefined {
  const context = span.spanContext();
  const flags = context.traceFlags.toString(16).padStart(2, "0");
  return isSpanContextValid(context) ? `00-${context.traceId}-${context.spanId}-${flags}` : undefined;
}

/** A span that somebody else has opened for the request is nearer than what the client sent. */
function contextOf({ context, trace, ROOT_CONTEXT }: Api, parent: SpanParent): Context {
  if (parent === "root") return ROOT_CONTEXT;
  const text = readTraceparent(parent.traceparent);
  if (text === undefined) return context.active();
  const [, traceId = "", spanId = "", flags = ""] = text.split("-");
  if (trace.getSpanContext(context.active())?.traceId === traceId) return context.active();
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
  });
}
