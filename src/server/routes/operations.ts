/**
 * `/livez`, `/readyz` and `/metrics`, on the admin listener only.
 */
import type { Context } from "hono";
import type { Services } from "../services.ts";

/** Answers as long as the process can: never a reason to restart it while it drains. */
export function livez(context: Context): Response {
  return context.json({ live: true });
}

/**
 * 503 while it drains, while a relay that must always run has an upstream that refuses us, while network policies
 * that are required are not known to be in force, and while the history takes no events (a full disk, NATS away).
 */
export function readyz(context: Context, services: Services): Response {
  const { config } = services.settings;
  const failed = [...services.relays].filter(([name, relay]) => {
    return config.relays[name]?.always && relay.state === "failed";
  });
  const { canary, lifecycle } = services;
  const { isHistoryAvailable = true } = services;
  const isReady = lifecycle.isReady && failed.length === 0 && (canary?.isReady ?? true) && isHistoryAvailable;
  const policies = canary === undefined ? {} : { networkPolicies: canary.state };
  const refused = services.refused.map(({ line, column }) => ({ line, column }));
  const configuration = refused.length === 0 ? { state: "current" } : { state: "refused", problems: refused };
  const history =
    services.isHistoryAvailable === undefined
      ? {}
      : { history: { broker: config.history?.broker, state: isHistoryAvailable ? "available" : "unavailable" } };
  const body = { ready: isReady, failedRelays: failed.length, configuration, ...history, ...policies };
  return context.json(body, isReady ? 200 : 503);
}

export function metrics(context: Context, services: Services): Response {
  services.metrics.set("streams_on_old_policy", services.maskStreams.countOld(services.settings.policies));
  services.metrics.set("held_bytes", services.maskStreams.heldBytes);
  services.metrics.set("held_bytes_max", services.maskStreams.heldBytesMax);
  services.metrics.clear("feed_held_bytes");
  services.metrics.clear("history_memory_bytes");
  services.metrics.clear("history_oldest_seconds");
  const now = services.ports.clock.now();
  for (const feed of [...services.feeds.all, ...[...services.relays.values()].map((relay) => relay.feed)]) {
    services.metrics.add("feed_held_bytes", feed.heldBytes, feed.label);
    services.metrics.add("history_memory_bytes", feed.historyBytes, feed.label);
    if (feed.oldestAtMs === Infinity) continue;
    // Feeds that only `*` names share a line: the oldest of all of them.
    const oldest = services.metrics.series("history_oldest_seconds", feed.label);
    oldest.value = Math.max(oldest.value, (now - feed.oldestAtMs) / 1000);
  }
  return context.body(services.metrics.render(), 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
}
