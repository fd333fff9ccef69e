/**
 * The server on Node: what it is put together from, its start, and its end.
 *
 * Owns which listeners wait for network policies, and the order of the shutdown. Reads no configuration by itself.
 */
import type { ErrorCode, KeyRing } from "../core/index.ts";
import { createServer, type MaskwireServer } from "../server/app.ts";
import type { ServerConfig } from "../server/config/config.ts";
import { DEFAULT_SERVER_LIMITS } from "../server/config/limits.ts";
import type { Broker } from "../server/history/broker.ts";
import type { Clock } from "../server/host/clock.ts";
import { openRemoteDetectors } from "../server/remote/index.ts";
import type { Audit } from "../server/reversal/audit.ts";
import type { Log } from "../server/telemetry/log.ts";
import { createWarmUp } from "../server/warm-up.ts";
import { openAuditFile } from "./audit.ts";
import { createClientAddresses } from "./client-address.ts";
import { openBroker } from "./history/open-broker.ts";
import type { Ingest } from "./ingest/ingest.ts";
import { startIngests } from "./ingest/start.ts";
import { type Address, groupListeners, Listeners } from "./listeners.ts";
import { VERSION } from "./package-files.ts";
import { createPorts } from "./ports.ts";
import { openTracer } from "./tracer.ts";
import { LOOPBACK, runWarmUp, type WarmUpOptions } from "./warm-up.ts";
import { createWebSocketHost, type WebSocketOptions } from "./websocket.ts";

export interface StartOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly keys?: KeyRing;
  readonly jwtSecret?: Uint8Array;
  /** Where audit records go that no file is named for; absent: reversal needs a file. */
  readonly audit?: Audit;
  /** Resolves when the process is asked to end: then nothing is waited for any more. */
  readonly stopping?: Promise<void>;
  /** How many a warm-up takes; absent: all that it has. */
  readonly warmUpEvents?: number;
  readonly pings?: Pick<WebSocketOptions, "pingMs" | "pongMs">;
}

export interface RunningServer {
  readonly server: MaskwireServer;
  /** Without publish and subscribe when it was asked to end before network policies were in force. */
  readonly addresses: readonly Address[];
  /** Resolves when required network policies are no longer in force: time for `stopAtOnce`. */
  untilLost(): Promise<void>;
  /** Drains, then closes every socket. */
  stop(): Promise<void>;
  /** Ends every stream without grace, then closes every socket. */
  stopAtOnce(): Promise<void>;
}

/**
 * Opens the admin listener, and the others once network policies are in force, where that is required.
 * @throws StreamError `LISTEN_FAILED`, `AUDIT_UNAVAILABLE`, what a history that cannot be opened gives, or what a policy that cannot be compiled gives.
 */
export async function startServer(config: ServerConfig, options: StartOptions): Promise<RunningServer> {
  const { clock, log, keys, jwtSecret } = options;
  const { limits } = config;
  const audit = await openAudit(config, options);
  const broker = await openBroker(config, { clock, log, hmac: keys?.hmacOfEvents() });
  const onEnd = (code: ErrorCode): void => server.counts.ended(code);
  const { messageLimitBytes } = limits;
  const webSockets = createWebSocketHost({ clock, log, messageLimitBytes, onEnd, ...options.pings });
  const tracer = await openTracer(log);
  const addresses = createClientAddresses(config.trustedProxies);
  const ports = createPorts(config, { clock, log, addresses, webSockets, tracer, audit, broker });
  const server = await closingOnFailure(broker, () =>
    createServer(ports, config, {
      version: VERSION,
      openRemote: openRemoteDetectors,
      createWarmUp,
      ...(keys === undefined ? {} : { keys }),
      ...(jwtSecret === undefined ? {} : { jwtSecret }),
    }),
  );
  const listeners = new Listeners({ clock, log, limits, addresses, webSockets });
  let ingests: readonly Ingest[] = [];
  const close = async (): Promise<void> => {
    server.canary?.stop();
    await Promise.all(ingests.map((ingest) => ingest.stop()));
    webSockets.stop();
    await listeners.close();
    await broker?.close();
  };
  try {
    await warmUp(server, listeners, { ...options, limitMs: config.warmUpMs ?? 0 });
    if (await openAll(server, listeners, { ...options, groups: groupListeners(config) })) {
      // Raw events are taken by those that may serve, and by nobody else.
      ingests = await startIngests(config, { ports, intake: server.intake });
    }
  } catch (thrown) {
    await close();
    throw thrown;
  }
  const closeAfter = async (drained: Promise<void>): Promise<void> => {
    await drained;
    await close();
  };
  return {
    server,
    addresses: listeners.addresses,
    untilLost: () => server.canary?.untilLost() ?? new Promise(() => {}),
    stop: () => closeAfter(server.drain()),
    stopAtOnce: () => closeAfter(server.drainAtOnce()),
  };
}

interface OpenOptions extends StartOptions {
  readonly groups: readonly Address[];
}

/** The admin listener at once, the others when they may serve; false when they never did. */
async function openAll(server: MaskwireServer, listeners: Listeners, options: OpenOptions): Promise<boolean> {
  const open = (group: Address): Promise<void> =>
    listeners.open(group, { app: server.app(group.listeners), counts: server.counts });
  const isOperations = (group: Address): boolean => group.listeners.every((name) => name === "admin");
  for (const group of options.groups.filter(isOperations)) await open(group);
  const mayOpen = await mayServe(server, options);
  if (mayOpen) for (const group of options.groups) if (!isOperations(group)) await open(group);
  return mayOpen;
}

interface WarmUpParts extends StartOptions {
  readonly limitMs: number;
}

const UNCOUNTED = { refused: () => undefined, error: () => undefined };

/** Whatever becomes of it, the start goes on. */
async function warmUp(
  { openWarmUp }: MaskwireServer,
  listeners: Listeners,
  { clock, log, stopping, limitMs, warmUpEvents }: WarmUpParts,
): Promise<void> {
  if (limitMs === 0 || openWarmUp === undefined) return;
  const beganMs = clock.now();
  const open = (): ReturnType<WarmUpOptions["open"]> => {
    const { app, feeds } = openWarmUp();
    const served = { app, host: LOOPBACK, counts: UNCOUNTED, limits: DEFAULT_SERVER_LIMITS };
    return { http: listeners.serve(served), feeds };
  };
  try {
    const events = await runWarmUp({ open, limitMs, events: warmUpEvents, stopping });
    log.info("warmed-up", { events, waitMs: clock.now() - beganMs });
  } catch {
    log.warn("warm-up-failed");
  }
}

async function openAudit({ detokenize }: ServerConfig, { audit }: StartOptions): Promise<Audit | undefined> {
  return detokenize?.auditFile === undefined ? audit : await openAuditFile(detokenize.auditFile);
}

async function closingOnFailure<Made>(broker: Broker | undefined, make: () => Made): Promise<Made> {
  try {
    return make();
  } catch (thrown) {
    await broker?.close();
    throw thrown;
  }
}

/** Resolves when network policies are in force, if they have to be; false when the process should end first. */
async function mayServe({ canary }: MaskwireServer, { stopping, log }: StartOptions): Promise<boolean> {
  if (canary === undefined) return true;
  canary.start();
  if (!canary.isReady) log.warn("network-policies-awaited");
  const ended = stopping?.then(() => false) ?? new Promise<never>(() => {});
  return await Promise.race([canary.untilEnforced().then(() => true), ended]);
}
