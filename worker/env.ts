/** What a deployment binds to the worker: names here are the names in wrangler.jsonc. */
import type { LiveBinding } from "./live.ts";

export interface Env {
  /** The configuration, as JSON text or as a JSON binding; in the place of the one that was built in. */
  readonly MASKWIRE_CONFIG?: unknown;
  /** Where live policies are; absent: those of the configuration are all there are. */
  readonly MASKWIRE_LIVE?: LiveBinding;
  /** Secret of issuers with HS algorithms: at least 32 bytes of UTF-8. */
  readonly MASKWIRE_JWT_SECRET?: string;
  /** Secret for operators and tokens that need a key: the same. */
  readonly MASKWIRE_KEY?: string;
  /** What the platform says of this version of the worker. */
  readonly CF_VERSION_METADATA?: { readonly id: string };
  /** Where the objects of feeds are, and those of relays. Only an isolate calls them: `IsolateEnv` says what they are. */
  readonly FEEDS: unknown;
  readonly RELAYS: unknown;
}
