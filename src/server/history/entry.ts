/** One masked event, as a view of a feed holds it. */
export interface Entry {
  readonly sequence: number;
  readonly atMs: number;
  /** Event type; empty means `message`. */
  readonly event: Uint8Array;
  readonly data: Uint8Array;
  /** Marks a place where the upstream may have lost events; it has no data. */
  readonly isGap: boolean;
  /** Counted and not shown; it has no data. */
  readonly isHidden: boolean;
  /** A `traceparent`, where the feed passes it on. */
  readonly trace?: string | undefined;
  /** Bytes of all entries up to and with this one: two of them tell the bytes in between. */
  readonly endBytes: number;
}
