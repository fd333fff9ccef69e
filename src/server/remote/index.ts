/**
 * The remote detectors of one configuration, and the stage of each policy that asks some.
 */
import type { RemoteDetectorConfig } from "../config/remote-config.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Clock } from "../host/clock.ts";
import type { OpenStage } from "../masking/stage.ts";
import { RemoteClient } from "./client.ts";
import { RemoteStage } from "./stage.ts";

export interface RemoteParts {
  readonly ports: { readonly clock: Clock; readonly fetch: typeof fetch };
  readonly metrics: Metrics;
}

/** `ports.fetch` has to look at what may be dialled. */
export function openRemoteDetectors(
  configs: Readonly<Record<string, RemoteDetectorConfig>>,
  parts: RemoteParts,
): OpenStage {
  const clients = new Map(
    Object.entries(configs).map(([name, config]) => [name, new RemoteClient({ name, config, ...parts })] as const),
  );
  return (policy) => {
    const asked = policy.remote.detectors.flatMap((name) => clients.get(name) ?? []);
    return asked.length === 0 ? undefined : new RemoteStage(policy, asked);
  };
}
