/**
 * Subscribers of one view and transport that have had everything: they stand at one place, and what comes next is
 * written to all of them in one go.
 *
 * Owns that place, and the account of what was written from there on. With thousands of subscribers all that belongs to
 * one of them is cold when its turn comes, so a delivery looks at its outlet and at nothing else of it. Whoever cannot
 * take more leaves, and reads by itself until it has caught up.
 */
import type { Batch } from "./batch.ts";
import type { History } from "../history/history.ts";
import type { Series } from "../telemetry/metrics.ts";
import type { Outlet } from "./outlets.ts";
import type { Transport } from "./transports.ts";

/** Each method makes it leave and does nothing else to a cohort; none throws. */
export interface CohortMember {
  /** Its outlet has no room, or what it lacks is no longer to be had: it is to read by itself. */
  lag(): void;
  /** Its outlet threw. */
  fail(): void;
}

export interface CohortOptions {
  readonly source: { readonly history: History; batchAfter(cursor: number, transport: Transport): Batch | undefined };
  readonly transport: Transport;
  /** Whoever has more than this unsent is given no more. */
  readonly roomBytes: number;
  readonly delivered: Series;
  readonly deliveredBytes: Series;
}

/**
 * So many are looked at before the first of them is written to: what belongs to one comes out of memory while the others
 * are asked for. More would be cold again when their turn comes.
 */
const LOOK_AHEAD = 16;

export class Cohort {
  readonly #options: CohortOptions;
  readonly #members = new Map<Outlet, CohortMember>();
  #cursor = 0;
  #writtenBytes = 0;

  constructor(options: CohortOptions) {
    this.#options = options;
  }

  /** The last sequence that each of them has. */
  get cursor(): number {
    return this.#cursor;
  }

  /** To each of them, if it had been there from the beginning: what it was given is the growth since it came. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** False, and nothing has changed, when they stand somewhere else. */
  tryJoin(member: CohortMember, outlet: Outlet, cursor: number): boolean {
    if (this.#members.size === 0) this.#cursor = cursor;
    if (this.#cursor !== cursor) return false;
    this.#members.set(outlet, member);
    return true;
  }

  leave(outlet: Outlet): void {
    this.#members.delete(outlet);
  }

  /** Writes what the history holds behind their place. O(members) for each page of it. */
  flush(): void {
    const { source } = this.#options;
    while (this.#members.size > 0 && this.#cursor < source.history.last) {
      const batch = this.#tryBatch();
      if (batch === undefined) return this.#dissolve();
      if (batch.frames.length > 0) this.#deliver(batch);
      this.#cursor = batch.last;
    }
  }

  /** Undefined when each of them has to see for itself: there is a gap, or a frame that cannot be made. */
  #tryBatch(): Batch | undefined {
    const { source, transport } = this.#options;
    try {
      return this.#cursor < source.history.first - 1 ? undefined : source.batchAfter(this.#cursor, transport);
    } catch {
      return undefined;
    }
  }

  #deliver(batch: Batch): void {
    const { roomBytes, delivered, deliveredBytes } = this.#options;
    const lagging: CohortMember[] = [];
    const failing: CohortMember[] = [];
    let count = 0;
    const writeTo = (outlets: readonly Outlet[]): void => {
      for (const outlet of outlets) {
        try {
          outlet.write(batch);
          count++;
        } catch {
          const member = this.#members.get(outlet);
          if (member !== undefined) failing.push(member);
        }
      }
    };
    let ready: Outlet[] = [];
    for (const [outlet, member] of this.#members) {
      try {
        if (outlet.queuedBytes() > roomBytes) lagging.push(member);
        else ready.push(outlet);
      } catch {
        failing.push(member);
      }
      if (ready.length < LOOK_AHEAD) continue;
      writeTo(ready);
      ready = [];
    }
    writeTo(ready);
    // Before the place moves on: they have not had this one.
    for (const member of lagging) member.lag();
    for (const member of failing) member.fail();
    this.#writtenBytes += batch.lengthBytes;
    delivered.value += count * batch.frames.length;
    deliveredBytes.value += count * batch.lengthBytes;
  }

  #dissolve(): void {
    for (const member of this.#members.values()) member.lag();
  }
}
