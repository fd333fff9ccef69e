/**
 * What a relay asks of a host that can follow an upstream over WebSocket.
 *
 * Owns the shapes only: an edge host has none of it.
 */
import type { ErrorCode } from "../../core/index.ts";
import type { UpstreamRefusal } from "./upstream.ts";

export interface SocketRequest {
  /** `wss:`, or `ws:` where the configuration allows plaintext. */
  readonly url: string;
  /** From the configuration. */
  readonly headers: Readonly<Record<string, string>>;
  /** Sub-protocols to offer, the one liked best first; an upstream that picks none of them is `failed`. */
  readonly protocols: readonly string[];
  /** Whether binary messages that are UTF-8 are taken for text; else they are refused. */
  readonly takesBinary: boolean;
  /** A `traceparent`. */
  readonly trace?: string | undefined;
}

/** The UTF-8 bytes of one text message, or why one was not taken. */
export type UpstreamMessage = Uint8Array | ErrorCode;

/** `messages` ends with the connection, whatever ends it, and never throws. */
export type SocketAnswer =
  | { readonly kind: "socket"; readonly messages: AsyncIterable<UpstreamMessage> }
  | UpstreamRefusal;

/** Never throws; a `signal` that aborts closes the connection. */
export type OpenUpstreamSocket = (request: SocketRequest, signal: AbortSignal) => Promise<SocketAnswer>;
