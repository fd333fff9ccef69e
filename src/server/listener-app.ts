/**
 * The Hono app of one socket: the routes of its listeners, and what holds for all of them.
 *
 * Owns headers, origins, preflights and errors. Routes own the rest.
 */
import { Hono, type Context, type MiddlewareHandler } from "hono";
import { StreamError, toStreamError } from "../core/index.ts";
import { type Access, OPEN } from "./auth/access.ts";
import { refuseTokenInQuery, tokenOf } from "./auth/credentials.ts";
import { REFUSALS } from "./auth/refusals.ts";
import type { ListenerName } from "./config/config.ts";
import { hostName, isLoopback } from "./network/loopback.ts";
import { problemBody, problemHeaders } from "./http/problem.ts";
import { originHeaders } from "./http/request.ts";
import { ROUTES } from "./routes/index.ts";
import type { Route } from "./routes/route.ts";
import type { Services } from "./services.ts";

const PREFLIGHT_HEADERS = {
  "access-control-allow-headers": "Authorization, Last-Event-ID, Content-Type, Idempotency-Key",
  "access-control-max-age": "600",
};

const WRONG_METHOD = new StreamError("METHOD_UNKNOWN");

export function createListenerApp(services: Services, listeners: readonly ListenerName[]): Hono {
  const app = new Hono();
  const routes = ROUTES.filter((route) => route.listeners.some((name) => listeners.includes(name)));
  const problem = (context: Context, thrown: unknown): Response => {
    const error = toStreamError(thrown);
    services.metrics.add("errors_total", 1, error.code);
    return context.json(problemBody(error), error.row.http as 400, problemHeaders(error));
  };
  app.use(neverKept);
  if (isForThisMachineOnly(services, listeners)) app.use(ofThisMachine);
  app.use("/v1/*", whileServing(services));
  for (const route of routes) app.on(route.method, route.path, answering(route, services, listeners));
  for (const path of new Set(routes.map((route) => route.path))) {
    app.all(path, (context) => otherMethod(context, methodsOf(routes, path)) ?? problem(context, WRONG_METHOD));
  }
  app.notFound((context) => problem(context, new StreamError("NOT_FOUND")));
  app.onError((thrown, context) => {
    if (!(thrown instanceof StreamError)) services.ports.log.error("route-failed");
    return problem(context, thrown);
  });
  return app;
}

const neverKept: MiddlewareHandler = async (context, next) => {
  context.header("x-content-type-options", "nosniff");
  context.header("cache-control", "no-store");
  await next();
};

/**
 * A page of another site may have pointed its own name at this machine (DNS rebinding): its Origin then looks like
 * ours, but its Host does not.
 */
const ofThisMachine: MiddlewareHandler = async (context, next) => {
  const host = context.req.header("host");
  if (host !== undefined && !isLoopback(hostName(host))) throw new StreamError("HOST_REFUSED");
  await next();
};

/** A drain refuses work, but probes and scrapes are still answered. */
function whileServing(services: Services): MiddlewareHandler {
  return async (context, next) => {
    if (services.lifecycle.isStopping) throw new StreamError("DRAINING");
    const headers = originHeaders(context, services.settings.config.allowedOrigins);
    for (const [name, value] of Object.entries(headers)) context.header(name, value);
    // A worker's router, a small one, takes `/v1/mask/` for `/v1/mask`.
    if (context.req.path.endsWith("/")) throw new StreamError("NOT_FOUND");
    await next();
  };
}

/** The route's handler for those whom it lets in; who is refused is counted. */
function answering(
  { isGuarded, handler }: Route,
  services: Services,
  listeners: readonly ListenerName[],
): (context: Context) => Promise<Response> {
  return async (context) => {
    try {
      refuseTokenInQuery(context);
      const access = isGuarded ? await accessOf(context, services) : OPEN;
      return await handler(context, services, { listeners, access });
    } catch (thrown) {
      const { code } = toStreamError(thrown);
      if (REFUSALS.includes(code)) services.metrics.add("tokens_refused_total", 1, code);
      if (code === "CONNECTION_LIMIT") services.metrics.add("connections_refused_total", 1, "connectionsLimit");
      throw thrown;
    }
  };
}

function isForThisMachineOnly({ settings }: Services, listeners: readonly ListenerName[]): boolean {
  return listeners.every(
    (name) =>
      !settings.config.listeners[name].unsafeNoAuthentication && isLoopback(settings.config.listeners[name].host),
  );
}

/** @throws StreamError when a token is needed and does not hold. */
async function accessOf(context: Context, { settings: { authenticator } }: Services): Promise<Access> {
  if (authenticator === undefined) return OPEN;
  const token = tokenOf(context);
  if (token === undefined) throw new StreamError("TOKEN_MISSING");
  return await authenticator.accessOf(token);
}

function methodsOf(routes: readonly Route[], path: string): string {
  const methods = routes.filter((route) => route.path === path).map((route) => route.method);
  return [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
}

/** The answer to OPTIONS; undefined for any other method. */
function otherMethod(context: Context, methods: string): Response | undefined {
  context.header("allow", methods);
  if (context.req.method !== "OPTIONS") return undefined;
  if (context.req.header("access-control-request-method") !== undefined) {
    context.header("access-control-allow-methods", methods);
    for (const [name, value] of Object.entries(PREFLIGHT_HEADERS)) context.header(name, value);
  }
  return context.body(null, 204);
}
