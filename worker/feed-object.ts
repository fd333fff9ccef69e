/**
 * The one object in which feeds and relays live: their subscribers, their history, their timers.
 *
 * A stateless worker cannot do this: another request's stream, timer or fetch is forbidden there, and the next
 * request may run in another isolate. History is in memory: an evicted object starts a new epoch, which
 * subscribers are told as a gap.
 */
import { DurableObject } from "cloudflare:workers";
import type { Env } from "./env.ts";
import { openObjectServer, type EdgeServer } from "./edge-server.ts";

export class FeedObject extends DurableObject<Env> {
  #server: EdgeServer | undefined;

  override fetch(request: Request): Response | Promise<Response> {
    this.#server ??= openObjectServer(this.env);
    return this.#server.fetch(request);
  }
}
