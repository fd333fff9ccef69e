/**
 * `POST /v1/grant`: turns a bearer token into a cookie, for the browser's `EventSource`, which cannot send headers.
 */
import type { Context } from "hono";
import { StreamError } from "../../core/index.ts";
import { COOKIE, tokenOf } from "../auth/credentials.ts";
import { queryOf } from "../http/request.ts";
import type { RouteCall } from "./route.ts";
import type { Services } from "../services.ts";

/** An API key has no end of its own. */
const COOKIE_LIFE_SECONDS = 3_600;
/** Browsers drop a longer cookie without a word. */
const COOKIE_LIMIT_CHARACTERS = 4_096;

export function grant(
  context: Context,
  { ports, settings: { authenticator } }: Services,
  { access }: RouteCall,
): Response {
  queryOf(context, []);
  const token = tokenOf(context);
  if (authenticator === undefined || token === undefined) throw new StreamError("NOT_FOUND");
  const restSeconds = access.expiresAtMs === undefined ? Infinity : (access.expiresAtMs - ports.clock.now()) / 1000;
  const life = Math.max(1, Math.floor(Math.min(restSeconds, COOKIE_LIFE_SECONDS)));
  const cookie = `${COOKIE}=${token}; Path=/; Max-Age=${life}; HttpOnly; Secure; SameSite=Strict`;
  if (cookie.length > COOKIE_LIMIT_CHARACTERS) throw new StreamError("TOKEN_TOO_LONG");
  return context.body(null, 204, { "set-cookie": cookie });
}
