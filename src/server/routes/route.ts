/** One row of the table of routes, and what its handler is given. */
import type { Context } from "hono";
import type { Access } from "../auth/access.ts";
import type { ListenerName } from "../config/config.ts";
import type { Services } from "../services.ts";

export interface RouteCall {
  /** Those whose routes the answering app unites. */
  readonly listeners: readonly ListenerName[];
  readonly access: Access;
}

export type Handler = (context: Context, services: Services, call: RouteCall) => Response | Promise<Response>;

export interface Route {
  readonly listeners: readonly ListenerName[];
  readonly method: "GET" | "POST" | "PUT";
  readonly path: string;
  /** True where the caller needs a token, when there is a way to check one. */
  readonly isGuarded: boolean;
  readonly handler: Handler;
}
