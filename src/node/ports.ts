/**
 * The ports of src/server for Node: files, sockets and streams of this process.
 */
import { randomBytes } from "node:crypto";
import { Duplex } from "node:stream";
import { createBrotliDecompress } from "node:zlib";
import type { ServerConfig } from "../server/config/config.ts";
import type { Broker } from "../server/history/broker.ts";
import type { Clock } from "../server/host/clock.ts";
import { Egress } from "../server/network/egress.ts";
import type { Ports } from "../server/ports.ts";
import type { Audit } from "../server/reversal/audit.ts";
import { createReversal } from "../server/reversal/reversal.ts";
import { openApiOf } from "../server/routes/openapi.ts";
import type { Log } from "../server/telemetry/log.ts";
import type { Tracer } from "../server/telemetry/tracer.ts";
import { withText } from "./answer.ts";
import { bindingsOf } from "./bindings.ts";
import type { ClientAddresses } from "./client-address.ts";
import { dial } from "./dial.ts";
import { createFetch } from "./fetch.ts";
import { IncomingBody } from "./incoming-body.ts";
import { checksOf } from "./phone-library.ts";
import { createOpenSink } from "./sink.ts";
import { openReport } from "./trailer.ts";
import { createOpenUpstreamSocket } from "./upstream-socket.ts";
import type { WebSocketHost } from "./websocket.ts";

export interface NodePortsParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly addresses: ClientAddresses;
  readonly webSockets: WebSocketHost;
  readonly tracer: Tracer | undefined;
  readonly audit: Audit | undefined;
  readonly broker: Broker | undefined;
}

export function createPorts({ upstreams, limits }: ServerConfig, parts: NodePortsParts): Ports {
  const { clock, log, addresses, webSockets, tracer, audit, broker } = parts;
  const egress = new Egress(upstreams);
  return {
    clock,
    log,
    random: (bytes) => randomBytes(bytes),
    fetch: createFetch(egress, undefined, limits.inflationLimit),
    openUpstreamSocket: createOpenUpstreamSocket({ egress, clock, limits }),
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
}
