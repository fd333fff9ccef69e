/**
 * The server that hostile clients are let loose on: all listeners on one socket of this process, small limits, and a look at
 * what is left of them afterwards.
 */
import { connect } from "node:net";
import { expect } from "vitest";
import { nodeClock } from "../../src/node/clock.ts";
import { createLog } from "../../src/node/log.ts";
import { startServer } from "../../src/node/server.ts";
import { DEFAULT_CONFIG, type ServerConfig } from "../../src/server/config/config.ts";
import type { ServerLimits } from "../../src/server/config/limits.ts";
import { expectNothingRaw } from "../contract/raw.ts";
import { valueIn } from "../support/run-server.ts";
import { until } from "../support/until.ts";
import { SECRET_BYTES } from "../support/tokens.ts";

export interface Target {
  readonly origin: string;
  readonly port: number;
  /** The value of one series on `/metrics`, 0 when it is not there. */
  readonly metric: (series: string) => Promise<number>;
  /** Looks again until the series has this value: an end is counted a turn after its client heard of it. */
  readonly untilMetric: (series: string, value: number) => Promise<void>;
  /** The server answers, nobody is left on it, and neither log nor metrics hold what was sent. Then it is stopped. */
  stopUnharmed(): Promise<void>;
}

type Changes = Partial<Omit<ServerConfig, "limits">> & { readonly limits?: Partial<ServerLimits> };

export async function startTarget({ limits, ...changes }: Changes = {}): Promise<Target> {
  const lines: string[] = [];
  const listener = { host: "127.0.0.1", listenPort: 0, unsafeNoAuthentication: false };
  const config: ServerConfig = {
    ...DEFAULT_CONFIG,
    ...changes,
    listeners: { publish: listener, subscribe: listener, admin: listener },
    limits: { ...DEFAULT_CONFIG.limits, drainGraceMs: 0, drainWindowMs: 0, ...limits },
  };
  const log = createLog((line) => void lines.push(line));
  const running = await startServer(config, { clock: nodeClock, log, jwtSecret: SECRET_BYTES });
  const { listenPort: port } = running.addresses[0];
  const origin = `http://127.0.0.1:${port}`;
  const metrics = async (): Promise<string> => await (await fetch(`${origin}/metrics`)).text();
  const metric = async (series: string): Promise<number> => valueIn(await metrics(), series);
  const untilMetric = async (series: string, value: number): Promise<void> => {
    let seen = 0;
    await until(
      async () => (seen = await metric(series)) === value,
      () => `${series} is ${seen}`,
    );
  };
  return {
    origin,
    port,
    metric,
    untilMetric,
    stopUnharmed: async () => {
      expect((await fetch(`${origin}/livez`)).status).toBe(200);
      await untilMetric("producers", 0);
      expectNothingRaw((await metrics()) + lines.join(""));
      await running.stop();
    },
  };
}

/** Sends these bytes and returns all that comes back until the server ends the connection. */
export async function talk(port: number, ...pieces: readonly (string | Uint8Array)[]): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  const parts: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => void parts.push(chunk));
  const closed = new Promise<void>((resolve) => void socket.once("close", () => resolve()));
  for (const piece of pieces) socket.write(piece);
  await closed;
  return Buffer.concat(parts).toString("latin1");
}

/** Status and error code of an answer as it came over the wire. */
export function verdictOf(answer: string): readonly [number, string] {
  return [Number(answer.slice(9, 12)), /"code":"([A-Z_]+)"/.exec(answer)?.[1] ?? ""];
}
