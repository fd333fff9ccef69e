/**
 * `POST /v1/feeds/{feed}/events`: events of any number, published as each is complete.
 */
import type { Context } from "hono";
import { StreamError, toStreamError } from "../../core/index.ts";
import { type Access, requireAction } from "../auth/access.ts";
import type { BodyReader } from "../http/body-reader.ts";
import type { Joiner } from "../feeds/joiner.ts";
import { nameIn } from "../telemetry/log.ts";
import { problemBody, problemHeaders } from "../http/problem.ts";
import { Publication, type KeyOf } from "../feeds/publication.ts";
import {
  isPublishFormat,
  RECORD_READERS,
  type PublishFormat,
  type BodyRecord,
  type RecordReader,
} from "../feeds/records.ts";
import { mediaTypeOf, queryOf } from "../http/request.ts";
import { readTraceparent } from "../telemetry/traceparent.ts";
import type { SpanFields } from "../telemetry/tracer.ts";
import type { Services } from "../services.ts";
import type { RouteCall } from "./route.ts";
import { bodyOf, enterProducer, readerOf } from "./producer.ts";

/** Short enough to leave room for the place of an event. */
const IDEMPOTENCY_KEY = /^[!-~]{1,240}$/;

export async function publish(context: Context, services: Services, { access }: RouteCall): Promise<Response> {
  const { limits, ports, metrics, lifecycle } = services;
  queryOf(context, []);
  const name = context.req.param("feed") ?? "";
  if (name.includes(",")) throw new StreamError("FEED_LIST");
  requireAction(access, "publish", [name]);
  const { format } = mediaTypeOf(context);
  if (!isPublishFormat(format)) throw new StreamError("FORMAT_UNKNOWN");
  const isPaid = format === "json";
  if (isPaid) payForOne(access, services);
  const incoming = bodyOf(context, services);
  const keyOf = keysOf(context, format);
  const feed = await services.feeds.open(name);
  const joiner = feed.openJoiner();
  const publication = new Publication(feed, joiner, keyOf);
  const traceparent = readTraceparent(context.req.header("traceparent"));
  publication.trace = traceparent;
  const span = ports.tracer?.start("maskwire.publish", { traceparent });
  const leave = enterProducer(services);
  const body = readerOf(incoming, services, access);
  const forget = lifecycle.whenStopping(() => body.cancel());
  try {
    const reader = RECORD_READERS[format](limits.eventLimitBytes);
    const failure = await readAll({ services, access, body, reader, publication, joiner, isPaid });
    if (reader.isUnfinished) metrics.add("stream_truncated_total", 1);
    // Cancelling looks like an end in order; what a drain cut off is not an event.
    const error = failure ?? publication.failure;
    if (error !== undefined) metrics.add("errors_total", 1, error.code);
    span?.end({ ...fieldsOf(services, name, format), ...publication.spanFields() }, error?.code);
    if (lifecycle.isStopping) context.header("connection", "close");
    return error === undefined ? receive(context, services, publication) : refuse(context, publication, error);
  } finally {
    forget();
    leave();
  }
}

/** Names that only the configuration's `*` lets in are the client's, and in no span. */
function fieldsOf({ settings }: Services, feed: string, format: PublishFormat): SpanFields {
  const { feeds } = settings.config;
  return { "maskwire.feed": nameIn(feeds, feed) ?? nameIn(feeds, "*"), "maskwire.format": format };
}

interface Intake {
  readonly services: Services;
  readonly access: Access;
  readonly body: BodyReader;
  readonly reader: RecordReader;
  readonly publication: Publication;
  readonly joiner: Joiner;
  /** True when its events have been counted already. */
  readonly isPaid: boolean;
}

/** Resolves with what broke it off, undefined when it was read to its end. */
async function readAll(intake: Intake): Promise<StreamError | undefined> {
  const { services, body, reader, publication, joiner } = intake;
  try {
    for (let chunk = await body.read(); chunk !== undefined; chunk = await body.read()) {
      await takeAll(intake, reader.push(chunk));
      // The history sets the pace: no more of a body waits for it than one chunk.
      await joiner.paced();
    }
    if (!services.lifecycle.isStopping) await takeAll(intake, reader.end());
    // Cut off by a drain, the texts may go on elsewhere.
    if (services.lifecycle.isStopping) joiner.breakOff();
    joiner.end();
    await publication.settled();
    return undefined;
  } catch (thrown) {
    body.cancel();
    joiner.breakOff();
    await publication.settled();
    return toStreamError(thrown);
  }
}

/** A stream that brings events faster than its producer may is read slower, and the network tells it so. */
async function takeAll(intake: Intake, records: Iterable<BodyRecord>): Promise<void> {
  const { services, access, publication, isPaid } = intake;
  const { clients, lifecycle, ports } = services;
  for (const record of records) {
    let waitMs = isPaid ? 0 : clients.waitToPublish(access.subject);
    while (waitMs > 0) {
      await new Promise<void>((resolve) => void ports.clock.after(waitMs, resolve));
      if (lifecycle.isStopping) return;
      waitMs = clients.waitToPublish(access.subject);
    }
    publication.add(record);
    const room = publication.room();
    if (room !== undefined) await room;
  }
}

/** A body of one event is refused and comes again. @throws StreamError `RATE_LIMITED`. */
function payForOne(access: Access, { clients, metrics }: Services): void {
  const waitMs = clients.waitToPublish(access.subject);
  if (waitMs === 0) return;
  metrics.add("events_refused_total", 1, "RATE_LIMITED");
  throw new StreamError("RATE_LIMITED", { waitMs });
}

/**
 * `Idempotency-Key` names the body: it is the key of a single event, and with the place that of each of several.
 * @throws StreamError `BAD_IDEMPOTENCY_KEY`.
 */
function keysOf(context: Context, format: PublishFormat): KeyOf {
  const key = context.req.header("idempotency-key");
  if (key === undefined) return () => undefined;
  if (!IDEMPOTENCY_KEY.test(key)) throw new StreamError("BAD_IDEMPOTENCY_KEY");
  return format === "json" ? () => key : (index) => `${key} ${index}`;
}

function receive(context: Context, { ports }: Services, publication: Publication): Response {
  const receipt = publication.receipt();
  if (ports.withText === undefined) return context.json(receipt);
  return ports.withText(context.body(null, 200, { "content-type": "application/json" }), JSON.stringify(receipt));
}

/** A broken body keeps what was accepted, and the answer says how much. */
function refuse(context: Context, publication: Publication, error: StreamError): Response {
  return context.json(
    { ...problemBody(error), ...publication.receipt() },
    error.row.http as 400,
    problemHeaders(error),
  );
}
