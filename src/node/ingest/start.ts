/**
 * The ingests that a configuration asks for. Loads the client of NATS only for one of them.
 */
import type { Intake } from "../../server/app.ts";
import type { ServerConfig } from "../../server/config/config.ts";
import { namedEntries } from "../../server/telemetry/log.ts";
import type { Ports } from "../../server/ports.ts";
import type { Ingest } from "./ingest.ts";

export interface StartIngestsOptions {
  readonly ports: Pick<Ports, "clock" | "log" | "random">;
  readonly intake: Intake;
}

/** They connect by themselves, and again and again: a broker of raw events that is gone keeps no subscriber out. */
export async function startIngests(
  { ingest = {}, limits }: ServerConfig,
  { ports, intake }: StartIngestsOptions,
): Promise<readonly Ingest[]> {
  const entries = namedEntries(ingest);
  if (entries.length === 0) return [];
  const { Ingest } = await import("./ingest.ts");
  return entries.map(([name, config]) => {
    const { eventLimitBytes } = limits;
    const one = new Ingest({ name, config, eventLimitBytes, ports, intake });
    one.start();
    return one;
  });
}
