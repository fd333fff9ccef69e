/**
 * Which TCP connections a listener lets in, before a byte of them is read: so many at once, so many of one address, and
 * so many new ones of it in a second.
 *
 * Owns those counts. Peers that speak for many (loopback, trusted proxies) are not counted by address: for whom a proxy
 * speaks is counted by the request (src/server/limits/client-limits.ts). Writes nothing.
 */
import type { Socket } from "node:net";
import type { ErrorCode } from "../core/index.ts";
import { Admission } from "../server/limits/admission.ts";
import { RateLimit } from "../server/limits/rate-limit.ts";
import { networkOf } from "../server/network/cidr.ts";
import type { ConnectionLimit } from "../server/limits/client-limits.ts";
import type { ServerLimits } from "../server/config/limits.ts";
import type { Clock } from "../server/host/clock.ts";

export interface GuardOptions {
  readonly limits: Pick<ServerLimits, "socketsLimit" | "connectionsPerAddressLimit" | "connectsPerAddressPerSecond">;
  readonly clock: Pick<Clock, "now">;
  /** True for an address behind which are others. */
  readonly isShared: (peer: string) => boolean;
  /** Told of each connection that was not let in. */
  readonly onRefusal: (limit: ConnectionLimit) => void;
}

export interface Refusal {
  readonly code: ErrorCode;
  readonly waitMs?: number | undefined;
  /** False when so many were told in this second that this one is cut: an answer costs the server twice a cut. */
  readonly isTold: boolean;
}

const TOLD_PER_SECOND = 256;

const FIELDS = {
  CONNECTION_LIMIT: "socketsLimit",
  CLIENT_LIMIT: "connectionsPerAddressLimit",
  RATE_LIMITED: "connectsPerAddressPerSecond",
} as const satisfies Partial<Record<ErrorCode, ConnectionLimit>>;

export class ConnectionGuard {
  readonly #options: GuardOptions;
  readonly #addresses: Admission;
  readonly #told = new RateLimit({ perSecond: TOLD_PER_SECOND, burst: TOLD_PER_SECOND }, 1);
  #open = 0;

  constructor(options: GuardOptions) {
    this.#options = options;
    const { connectionsPerAddressLimit: limit, connectsPerAddressPerSecond: perSecond } = options.limits;
    this.#addresses = new Admission({ limit, perSecond });
  }

  /** Undefined for a connection that is let in: it counts until it closes. */
  tryAdmit(socket: Socket): Refusal | undefined {
    const refusal = this.#refusalOf(socket);
    if (refusal === undefined) return undefined;
    this.#options.onRefusal(FIELDS[refusal.code]);
    return { ...refusal, isTold: this.#told.take("", this.#options.clock.now()) === 0 };
  }

  #refusalOf(socket: Socket): { readonly code: keyof typeof FIELDS; readonly waitMs?: number | undefined } | undefined {
    const { limits, clock } = this.#options;
    if (this.#open >= limits.socketsLimit) return { code: "CONNECTION_LIMIT" };
    const name = this.#nameOf(socket.remoteAddress ?? "");
    const entry = name === undefined ? undefined : this.#addresses.enter(name, clock.now());
    if (entry !== undefined && "refusal" in entry) return { code: entry.refusal, waitMs: entry.waitMs };
    this.#open++;
    socket.once("close", () => {
      this.#open--;
      entry?.leave();
    });
    return undefined;
  }

  #nameOf(peer: string): string | undefined {
    return this.#options.isShared(peer) ? undefined : networkOf(peer);
  }
}
