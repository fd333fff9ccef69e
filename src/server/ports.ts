/**
 * Everything that the server asks of its host. Node, workerd and the tests each bring these;
 * nothing below `src/server` reads a clock, a socket or the environment by itself.
 *
 * Owns the list for whoever makes a whole server. A part of one names the ports that it uses.
 */
import type { Context } from "hono";
import type { Broker } from "./history/broker.ts";
import type { OpenSink } from "./host/byte-sink.ts";
import type { ByteSource, Decoder } from "./host/byte-source.ts";
import type { Clock } from "./host/clock.ts";
import type { Random } from "./host/random.ts";
import type { UpgradeSocket } from "./host/socket.ts";
import type { OpenReport } from "./masking/findings-report.ts";
import type { ChecksOf } from "./masking/policy-set.ts";
import type { Dial } from "./network/dial.ts";
import type { OpenUpstreamSocket } from "./relays/upstream-socket.ts";
import type { Reversal } from "./reversal/reversal.ts";
import type { openApiOf } from "./routes/openapi.ts";
import type { Log } from "./telemetry/log.ts";
import type { Tracer } from "./telemetry/tracer.ts";

export interface Ports {
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly fetch: typeof fetch;
  /** Follows upstreams over WebSocket; absent where none can be. */
  readonly openUpstreamSocket?: OpenUpstreamSocket;
  readonly openSink: OpenSink;
  /** The body of a request by a shorter way than its web stream; absent where there is none. */
  readonly bodyOf?: (context: Context) => ByteSource;
  /** Gives an answer that has no body this one, by a shorter way than a web stream; absent where there is none. */
  readonly withText?: (response: Response, text: string) => Response;
  readonly upgradeSocket: UpgradeSocket;
  /** Opens the report of what is found in a stream; absent where nobody is told. */
  readonly openReport?: OpenReport;
  /**
   * Address of the client of a request, where the platform or a proxy that is believed says it; absent or undefined where
   * the host itself limits those who connect.
   */
  readonly addressOf?: (context: Context) => string | undefined;
  /** Opens a decoder for `Content-Encoding: br`, which web standards do not name; absent where there is none. */
  readonly openBrotli?: () => Decoder;
  /** Makes the OpenAPI document out of the table of routes; absent where none is served. */
  readonly describeRoutes?: typeof openApiOf;
  /** Absent where events live in memory and end with the process. */
  readonly broker?: Broker;
  /** Turns values back, and writes down for whom; absent where nobody can. */
  readonly reversal?: Reversal;
  /** Loads what the packs of a policy ask of others. */
  readonly checksOf?: ChecksOf;
  /** Absent where nobody traces. */
  readonly tracer?: Tracer;
  /** Absent where there are no network policies to be tried. */
  readonly dial?: Dial;
}
