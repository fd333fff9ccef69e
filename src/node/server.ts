/**
 * The server on Node: its ports, its sockets, its end.
 *
 * Owns which listeners share a socket, which wait for network policies, and the order of the shutdown. Reads no
 * configuration by itself.
 */
import { randomBytes } from "node:crypto";
import type { Server } from "node:http";
import { Duplex } from "node:stream";
import { createBrotliDecompress } from "node:zlib";
import type { AddressInfo } from "node:net";
import { type ErrorCode, StreamError, type KeyRing } from "../core/index.ts";
import type { Hono } from "hono";
import type { Broker } from "../server/history/broker.ts";
import { createServer, type HostCounts, type MaskwireServer } from "../server/app.ts";
import {
  DEFAULT_SERVER_LIMITS,
  LISTENERS,
  type ListenerName,
  type ServerConfig,
  type ServerLimits,
} from "../server/config/config.ts";
import { listenerFields } from "../server/telemetry/log.ts";
import { isLoopback } from "../server/network/loopback.ts";
import type { Ports } from "../server/ports.ts";
import type { Clock } from "../server/host/clock.ts";
import type { Log } from "../server/telemetry/log.ts";
import { openApiOf } from "../server/routes/openapi.ts";
import { Egress } from "../server/network/egress.ts";
import { openRemoteDetectors } from "../server/remote/index.ts";
import { createClientAddresses } from "./client-address.ts";
import { ConnectionGuard } from "./connection-guard.ts";
import { bindingsOf } from "./bindings.ts";
import type { Audit } from "../server/reversal/audit.ts";
import { checksOf } from "./phone-library.ts";
import { createReversal } from "../server/reversal/reversal.ts";
import { openAuditFile } from "./audit.ts";
import { dial } from "./dial.ts";
import { createFetch } from "./fetch.ts";
import type { Ingest } from "./ingest/ingest.ts";
import { openBroker } from "./history/open-broker.ts";
import { startIngests } from "./ingest/start.ts";
import { withText } from "./answer.ts";
import { createHttpServer } from "./http.ts";
import { IncomingBody } from "./incoming-body.ts";
import { createOpenSink } from "./sink.ts";
import { openTracer } from "./tracer.ts";
import { VERSION } from "./package-files.ts";
import { openReport } from "./trailer.ts";
import { createOpenUpstreamSocket } from "./upstream-socket.ts";
import { createWarmUp } from "../server/warm-up.ts";
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

export interface Address {
  readonly listeners: readonly ListenerName[];
  readonly host: string;
  /** The port in use, also where the configuration said 0. */
  readonly listenPort: number;
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
  const { messageLimitBytes } = config.limits;
  const audit = await openAudit(config, options);
  const broker = await openBroker(config, { clock, log, hmac: keys?.hmacOfEvents() });
  const onEnd = (code: ErrorCode): void => server.counts.ended(code);
  const webSockets = createWebSocketHost({ clock, log, messageLimitBytes, onEnd, ...options.pings });
  const tracer = await openTracer(log);
  const addresses = createClientAddresses(config.trustedProxies);
  const egress = new Egress(config.upstreams);
  const ports: Ports = {
    clock,
    log,
    random: (bytes) => randomBytes(bytes),
    fetch: createFetch(egress, undefined, config.limits.inflationLimit),
    openUpstreamSocket: createOpenUpstreamSocket({ egress, clock, limits: config.limits }),
    openSink: createOpenSink(),
    bodyOf: (context) => new IncomingBody(bindingsOf(context).incoming),
    withText,
    describeRoutes: openApiOf,
    openReport,
    upgradeSocket: webSockets.upgradeSocket,
    addressOf: (context) => addresses.addressOf(bindingsOf(context).incoming),
    openBrotli: () => Duplex.toWeb(createBrotliDecompress()),
    dial,
    checksOf,
    ...(tracer === undefined ? {} : { tracer }),
    ...(audit === undefined ? {} : { reversal: createReversal(audit) }),
    ...(broker === undefined ? {} : { broker }),
  };
  const server = await closingOnFailure(broker, () =>
    createServer(ports, config, {
      version: VERSION,
      openRemote: openRemoteDetectors,
      createWarmUp,
      ...(keys === undefined ? {} : { keys }),
      ...(jwtSecret === undefined ? {} : { jwtSecret }),
    }),
  );
  const running: { readonly http: Server; readonly address: Address }[] = [];
  let ingests: readonly Ingest[] = [];
  const close = async (): Promise<void> => {
    server.canary?.stop();
    await Promise.all(ingests.map((ingest) => ingest.stop()));
    webSockets.stop();
    await Promise.all(running.map(({ http }) => closeHttp(http)));
    await broker?.close();
  };
  const serve = ({ app, host, counts, limits = config.limits }: Served): Server => {
    const guard = new ConnectionGuard({
      limits,
      clock,
      isShared: (peer) => isLoopback(peer) || addresses.isTrusted(peer),
      onRefusal: counts.refused,
    });
    const { headersTimeoutMs } = limits;
    return createHttpServer({ app, log, webSockets, guard, headersTimeoutMs, onError: counts.error, host });
  };
  const open = async ({ listeners, host, listenPort: asked }: Address): Promise<void> => {
    const http = serve({ app: server.app(listeners), host, counts: server.counts });
    const listenPort = await listen(http, host, asked);
    running.push({ http, address: { listeners, host, listenPort } });
    log.info("listening", listenerFields({ listeners, host, listenPort }));
  };
  const groups = groupListeners(config);
  const isOperations = ({ listeners }: Address): boolean => listeners.every((name) => name === "admin");
  try {
    await warmUp(server, { ...options, limitMs: config.warmUpMs ?? 0, serve });
    for (const group of groups.filter(isOperations)) await open(group);
    if (await mayServe(server, options)) {
      for (const group of groups) if (!isOperations(group)) await open(group);
      // Raw events are taken by those that may serve, and by nobody else.
      ingests = await startIngests(config, { ports, intake: server.intake });
    }
  } catch (thrown) {
    await close();
    throw thrown;
  }
  return {
    server,
    addresses: running.map(({ address }) => address),
    untilLost: () => server.canary?.untilLost() ?? new Promise(() => {}),
    stop: async () => {
      await server.drain();
      await close();
    },
    stopAtOnce: async () => {
      await server.drainAtOnce();
      await close();
    },
  };
}

interface Served {
  readonly app: Hono;
  readonly host: string;
  readonly counts: Pick<HostCounts, "refused" | "error">;
  /** Absent: those of the configuration. */
  readonly limits?: ServerLimits;
}

interface WarmUpParts extends StartOptions {
  readonly limitMs: number;
  readonly serve: (served: Served) => Server;
}

const UNCOUNTED = { refused: () => undefined, error: () => undefined };

/** Whatever becomes of it, the start goes on. */
async function warmUp(
  server: MaskwireServer,
  { clock, log, stopping, limitMs, warmUpEvents, serve }: WarmUpParts,
): Promise<void> {
  const { openWarmUp } = server;
  if (limitMs === 0 || openWarmUp === undefined) return;
  const beganMs = clock.now();
  const open = (): ReturnType<WarmUpOptions["open"]> => {
    const { app, feeds } = openWarmUp();
    return { http: serve({ app, host: LOOPBACK, counts: UNCOUNTED, limits: DEFAULT_SERVER_LIMITS }), feeds };
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

/** Listeners with the same host and port share one socket, in the order of the configuration. */
function groupListeners(config: ServerConfig): Address[] {
  const groups = new Map<string, Address>();
  for (const name of LISTENERS) {
    const { host, listenPort } = config.listeners[name];
    const key = `${host} ${listenPort}`;
    groups.set(key, { host, listenPort, listeners: [...(groups.get(key)?.listeners ?? []), name] });
  }
  return [...groups.values()];
}

function listen(http: Server, host: string, listenPort: number): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once("error", () => reject(new StreamError("LISTEN_FAILED", { listenPort })));
    http.listen(listenPort, host, () => resolve((http.address() as AddressInfo).port));
  });
}

function closeHttp(http: Server): Promise<void> {
  return new Promise((resolve) => {
    http.close(() => resolve());
    http.closeAllConnections();
  });
}
