/** What a deployment binds to the worker: names here are the names in wrangler.jsonc. */
import type { FeedObject } from "./feed-object.ts";

export interface Env {
  /** The configuration, as JSON text or as a JSON binding; the shape of `ServerConfig`, every key optional. */
  readonly MASKWIRE_CONFIG?: unknown;
  /** Secret of issuers with HS algorithms: at least 32 bytes of UTF-8. */
  readonly MASKWIRE_JWT_SECRET?: string;
  /** Secret for the `hash` operator: the same. */
  readonly MASKWIRE_KEY?: string;
  readonly FEEDS: DurableObjectNamespace<FeedObject>;
}
