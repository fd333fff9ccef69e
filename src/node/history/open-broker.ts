/**
 * The broker that a configuration asks for.
 *
 * Loads only the client that is asked for. Owns the rule that what keeps events has the root key: ids of producers are kept as keyed hashes only.
 */
import type { Hmac } from "../../core/index.ts";
import type { Broker } from "../../server/history/broker.ts";
import { ConfigRefusal, type RefusalReason } from "../../server/config/config-refusal.ts";
import type { ServerConfig } from "../../server/config/config.ts";
import type { Clock } from "../../server/host/clock.ts";
import type { Log } from "../../server/telemetry/log.ts";

export interface OpenBrokerOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly hmac: Hmac | undefined;
}

/** `hasKeys`: whether there is a root key. */
export function refuseHistory({ history }: ServerConfig, { hasKeys }: { readonly hasKeys: boolean }): RefusalReason[] {
  const { broker = "memory" } = history ?? {};
  if (hasKeys || broker === "memory") return [];
  const reason = `${broker} keeps events, and needs the root key for what stands in place of producers' ids; set MASKWIRE_KEY_FILE (or MASKWIRE_KEY)`;
  return [{ path: ["history"], code: "KEY_MISSING", reason }];
}

/**
 * Undefined: events live in memory.
 * @throws ConfigRefusal without a root key; StreamError `DATA_DIR_UNUSABLE`, `NATS_UNUSABLE`.
 */
export async function openBroker(
  server: ServerConfig,
  { hmac, ...ports }: OpenBrokerOptions,
): Promise<Broker | undefined> {
  const { history, limits } = server;
  const [refusal] = refuseHistory(server, { hasKeys: hmac !== undefined });
  if (refusal !== undefined) throw new ConfigRefusal(refusal);
  if (hmac === undefined || history === undefined || history.broker === "memory") return undefined;
  if (history.broker === "disk") {
    const { DiskBroker } = await import("./disk-broker.ts");
    return await DiskBroker.open({ config: history, limits, hmac, ...ports });
  }
  const { NatsBroker } = await import("./nats-broker.ts");
  return await NatsBroker.open({ config: history, server, hmac, ...ports });
}
