/**
 * Where a request carries its token.
 *
 * Owns the three places: the Authorization header, a WebSocket's sub-protocols, and the cookie that `POST /v1/grant` sets,
 * which reads and never writes. Never the query: addresses end up in logs.
 */
import type { Context } from "hono";
import { StreamError } from "../../core/index.ts";
import { isUpgrade } from "../http/request.ts";

/** The prefix makes browsers refuse it from plain HTTP and from other hosts. */
export const COOKIE = "__Host-maskwire";
const BEARER = /^bearer +([\x21-\x2b\x2d-\x7e]+)$/i;
const PROTOCOL_TOKEN = /^bearer\.([A-Za-z0-9._~-]+)$/;

/** What others call a token in a query. */
const QUERY_NAMES = new Set([
  "access_token",
  "token",
  "id_token",
  "authorization",
  "bearer",
  "jwt",
  "api_key",
  "apikey",
]);
/** An API key of ours, or the header of a JWT: a JSON object in base64url. */
const TOKEN_VALUE = /^(?:bearer[ +])?(?:mwk_|eyJ[\w-]*\.)/i;

/** @throws StreamError `TOKEN_IN_QUERY`, whether anybody is asked for one or not. */
export function refuseTokenInQuery(context: Context): void {
  if (!context.req.url.includes("?")) return;
  for (const [name, values] of Object.entries(context.req.queries())) {
    const isToken = QUERY_NAMES.has(name.toLowerCase()) || values.some((value) => TOKEN_VALUE.test(value));
    if (isToken) throw new StreamError("TOKEN_IN_QUERY");
  }
}

/** Undefined without one. @throws StreamError `UNAUTHENTICATED` for a header that cannot be read. */
export function tokenOf(context: Context): string | undefined {
  const header = context.req.header("authorization");
  if (header !== undefined) {
    // A comma is two headers joined: nobody says which one counts.
    const token = BEARER.exec(header)?.[1];
    if (token === undefined) throw new StreamError("UNAUTHENTICATED");
    return token;
  }
  return (isUpgrade(context) ? protocolToken(context) : undefined) ?? cookieToken(context);
}

/** Browsers cannot set headers on a WebSocket: they offer `maskwire.v1, bearer.<token>`. */
function protocolToken(context: Context): string | undefined {
  const offered = (context.req.header("sec-websocket-protocol") ?? "").split(",");
  return offered.map((name) => PROTOCOL_TOKEN.exec(name.trim())?.[1]).find((token) => token !== undefined);
}

/**
 * A browser sends the cookie along with whatever a page asks for: it counts for reading only, and only when the browser
 * says that the page is one of ours.
 */
function cookieToken(context: Context): string | undefined {
  const isRead = context.req.method === "GET" && !isUpgrade(context);
  const isOurs = context.req.header("sec-fetch-site") === "same-origin";
  if (!isRead || !isOurs) return undefined;
  const pairs = (context.req.header("cookie") ?? "").split(";").map((pair) => pair.trim());
  const own = pairs.filter((pair) => pair.startsWith(`${COOKIE}=`));
  return own.length === 1 ? own[0].slice(COOKIE.length + 1) : undefined;
}
