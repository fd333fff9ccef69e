/** One WebSocket: what a host gives to a route, and what a route gives back. */
import type { Context } from "hono";
import type { SocketMemo } from "./socket-memo.ts";

/** One accepted WebSocket. No method throws; after the close `send` does nothing. */
export interface Socket {
  /** Sends one text message, given as UTF-8. The same array goes to every subscriber in step: never change it. */
  send(text: Uint8Array): void;
  /** Sends text messages one after the other. The same list goes to every subscriber in step: never change it. */
  sendAll(texts: readonly Uint8Array[]): void;
  queuedBytes(): number;
  /** Starts the closing handshake. `reason` is always a constant of ours. */
  close(code: number, reason: string): void;
  /** Cuts the connection and drops what is queued. */
  abort(): void;
}

/** What a route does with one socket. Calls come in order, none after `closed`; none of them throws or waits. */
export interface SocketHandler {
  /** As it stands now; a host that keeps it can have the conversation back by `MaskwireServer.converse`. */
  readonly memo?: SocketMemo;
  open(socket: Socket): void;
  /** One whole message (fragments joined): text as its UTF-8 bytes, or a binary one. */
  message(data: Uint8Array, isBinary: boolean): void;
  /** Called once, whoever ended it; `isOrderly`: by the peer's word that nothing more comes. */
  closed(isOrderly: boolean): void;
}

/**
 * Answers the upgrade and feeds `handler`. Sub-protocol `protocol` is selected, none when undefined.
 * The host owns the wire: `messageLimitBytes` (close 1009 before the payload), ping (25 s) and pong (8 s, close 4004).
 */
export type UpgradeSocket = (
  context: Context,
  handler: SocketHandler,
  protocol: string | undefined,
) => Response | Promise<Response>;
