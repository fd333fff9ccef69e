/**
 * How far one WebSocket conversation has come, for a host that lets it rest.
 */

/** Where a subscriber wants to start, in its own words. */
export interface StartRequest {
  /** `Last-Event-ID`; empty is none. Wins: a browser reconnects with the old URL. */
  readonly header: string | undefined;
  readonly query: string | undefined;
  readonly from: string | undefined;
}

/** A conversation as plain JSON: it can go on from it in another place, or after a rest. */
export interface SocketMemo {
  readonly names: readonly string[];
  readonly mayPublish: boolean;
  readonly mayReceive: boolean;
  /** True where one message to the client may be several lines; absent: never. */
  readonly isLines?: boolean;
  /** The view that it is shown. */
  readonly view?: string | undefined;
  /** The event types that it wants, as the request named them; undefined: all. */
  readonly types?: string | undefined;
  /** True until the first message: that one may say where to start. */
  readonly mayResume: boolean;
  /** Where the client wants to start; undefined: it has had everything that there is. */
  readonly start?: StartRequest | undefined;
  /** When the token ends that let it in. */
  readonly expiresAtMs?: number | undefined;
  /** Whose it is, an opaque name; undefined where nobody was asked. */
  readonly subject?: string | undefined;
  /** When it reaches its age; undefined: not begun. */
  readonly endsAtMs?: number | undefined;
}
