/**
 * The broker that a configuration asks for.
 *
 * Loads only the client that is asked for. Owns the rule that what keeps events has the root key: ids of producers are kept as keyed hashes only.
 */
import type { Hmac } from "../../core/index.ts";
import type { Broker } from "../../server/history/broker.ts";
import { ConfigRefusal } from "../../server/config/config-refusal.ts";
import type { ServerConfig } from "../../server/config/config.ts";
import type { Clock, Log } from "../../server/ports.ts";

export interface OpenBrokerOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly hmac: Hmac | undefined;
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
  if (history === undefined || history.broker === "memory") return undefined;
  if (hmac === undefined) throw new ConfigRefusal({ path: ["history"], code: "KEY_MISSING", reason: "history" });
  if (history.broker === "disk") {
    const { DiskBroker } = await import("./disk-broker.ts");
    return await DiskBroker.open({ config: history, limits, hmac, ...ports });
  }
  const { NatsBroker } = await import("./nats-broker.ts");
  return await NatsBroker.open({ config: history, server, hmac, ...ports });
}
