import type { RelayConfig } from "../../src/server/config/config.ts";

/** A relay of this upstream, as the configuration says it where nothing but the URL is written. */
export function relayOf(url: string, rest: Partial<RelayConfig> = {}): RelayConfig {
  const plain = { policy: "default", views: {}, unsafePlaintext: false, headers: {}, eventTypes: [], always: false };
  return { ...plain, url, ...rest };
}
