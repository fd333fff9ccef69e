/**
 * The public keys of an issuer that publishes them at a URL.
 *
 * Owns when they are asked for, and how long old ones count while the issuer cannot be reached. Whoever sends forged
 * tokens can make us knock there no more often than every half a minute.
 */
import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from "jose";
import { StreamError } from "../../core/index.ts";
import type { Clock } from "../host/clock.ts";

export interface RemoteKeysOptions {
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly clock: Pick<Clock, "now">;
  /** Told of each answer, and of each that did not come. */
  readonly onFetch: (result: "fetched" | "failed") => void;
}

/** Between two requests for an unknown key, and after a failure. */
const COOLDOWN_MS = 30_000;
const MAX_AGE_MS = 600_000;
/** An issuer's outage should not be ours; but a key that it has taken back counts no longer than this. */
const STALE_LIMIT_MS = 3_600_000;
const TIMEOUT_MS = 5_000;
const NEVER_MS = Number.MAX_SAFE_INTEGER;

/** Throws StreamError `AUTH_UNAVAILABLE` when the key may be one that cannot be had now. */
export function remoteKeys({ url, fetch: fetchPort, clock, onFetch }: RemoteKeysOptions): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(url), {
    // It looks at the clock of the system, and forgets at once what is too old: when to ask is decided here.
    cooldownDuration: NEVER_MS,
    cacheMaxAge: NEVER_MS,
    timeoutDuration: TIMEOUT_MS,
    [customFetch]: (address, init) => fetchPort(address, init),
  });
  let fetchedAtMs = -Infinity;
  let failedAtMs = -Infinity;
  const ageMs = (): number => clock.now() - fetchedAtMs;

  /** True when they are those that the issuer has now. */
  async function refresh(): Promise<boolean> {
    if (clock.now() - failedAtMs < COOLDOWN_MS) return false;
    try {
      await keys.reload();
      fetchedAtMs = clock.now();
      onFetch("fetched");
      return true;
    } catch {
      failedAtMs = clock.now();
      onFetch("failed");
      return false;
    }
  }

  return async (header, token) => {
    if (ageMs() >= MAX_AGE_MS) await refresh();
    if (ageMs() >= STALE_LIMIT_MS) throw new StreamError("AUTH_UNAVAILABLE");
    try {
      return await keys(header, token);
    } catch (thrown) {
      const isUnknown = (thrown as { readonly code?: unknown } | null)?.code === "ERR_JWKS_NO_MATCHING_KEY";
      if (!isUnknown || (ageMs() < COOLDOWN_MS && failedAtMs < fetchedAtMs)) throw thrown;
      // It may be a new one, which nobody can tell while the issuer is away.
      if (!(await refresh())) throw new StreamError("AUTH_UNAVAILABLE");
      return await keys(header, token);
    }
  };
}
