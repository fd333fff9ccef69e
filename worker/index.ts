/**
 * The worker's entry: masks streams in the isolate that is nearest, and sends feeds and relays to their object.
 *
 * Owns that choice only. Starts nothing at global scope, where the platform forbids timers, randomness and I/O.
 */
import { StreamError } from "../src/core/index.ts";
import { answer, openIsolateServer, type EdgeServer } from "./edge-server.ts";
import type { Env } from "./env.ts";

export { FeedObject } from "./feed-object.ts";

/** What subscribers share with producers, and so must run where they meet. */
const SHARED_PATH = /^\/v1\/(?:feeds|relays)\//;
/** One object holds every feed: a subscriber may ask for several feeds on one stream. */
const OBJECT_NAME = "feeds";

let server: EdgeServer | undefined;

export default {
  async fetch(request, env) {
    try {
      if (SHARED_PATH.test(new URL(request.url).pathname)) {
        return await env.FEEDS.get(env.FEEDS.idFromName(OBJECT_NAME)).fetch(request);
      }
      server ??= openIsolateServer(env);
      return await server.fetch(request);
    } catch {
      // Only the object can fail here: it was evicted, moved, or has too much to do.
      return answer(new StreamError("OVERLOADED"));
    }
  },
} satisfies ExportedHandler<Env>;
