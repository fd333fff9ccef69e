/**
 * The port behind a feed's history: where published events go, get their place, and come back from.
 *
 * Owns the words that every implementation speaks. What crosses it is masked already: an event is one part for each
 * policy, and the part names the policy by its mark, so that nobody is shown what another policy let through.
 */
import type { ErrorCode } from "../../core/index.ts";
import type { Awaitable } from "../awaitable.ts";
import type { Entry } from "./entry.ts";

/** What one policy made of an event. */
export interface Part {
  /** Of the policy and the event types that it was masked by: `PolicySet.markOf`. */
  readonly mark: string;
  /** Null: that policy does not show the event. */
  readonly data: Uint8Array | null;
}

export interface NewEvent {
  /** Event type; empty means `message`. */
  readonly event: Uint8Array;
  /** Marks a place where the source may have lost events; it has no parts. */
  readonly isGap: boolean;
  readonly parts: readonly Part[];
  /** A `traceparent`, where the feed passes it on. */
  readonly trace?: string | undefined;
}

/** What came with an event beside its data and type. */
export interface Sent {
  /** What it is known by when it comes again. */
  readonly key?: string | undefined;
  /** The `traceparent` of the trace that it belongs to. */
  readonly trace?: string | undefined;
}

export interface StoredEvent extends NewEvent {
  readonly sequence: number;
  readonly atMs: number;
}

/** Where an event stands in the feed. */
export interface Placement {
  readonly sequence: number;
  /** True when its key was known: this is the place of the first one, and nothing was added. */
  readonly isRepeat: boolean;
}

/** Is given every event once, in order of its sequence. A sequence that is left out is lost. */
export type Take = (events: readonly StoredEvent[]) => void;

/** What a feed holds elsewhere than in memory, the newest events among it. */
export interface Archive {
  /** The sequence before the first event that can be read; moves on when old ones are forgotten. */
  readonly start: number;
  /**
   * What the policy of that mark shows of the next events behind `after`, to `upTo` at most: one at least, and a page at
   * most. A run of those that are lost, or that another policy masked, is one gap in the place of its last.
   * @throws StreamError `HISTORY_UNAVAILABLE`.
   */
  read(after: number, upTo: number, mark: string): Promise<readonly Entry[]>;
  /** The last sequence before the moment. @throws StreamError `HISTORY_UNAVAILABLE`. */
  cursorAt(atMs: number): Promise<number>;
}

/** One feed of a broker. */
export interface BrokerFeed {
  /** Stays the same as long as the sequences mean the same events. */
  readonly epoch: string;
  /** The sequence before the first event that `follow` gives. */
  readonly start: number;
  /** Where older events are read; without one `follow` gives all that is held. */
  readonly archive?: Archive;
  /**
   * Gives what is held from `start` on, then whatever is committed, by whomever. Resolves when what was held has been given.
   * Calls `onLost` once when that is gone for good: the feed has to be opened anew.
   */
  follow(take: Take, onLost?: () => void): Awaitable<void>;
  /**
   * Commits an event; one with a `key` only once within the window. Resolves when it would outlive what this broker
   * outlives, or with the code of the refusal. Events are taken in the order of the calls; never throws or rejects.
   */
  append(event: NewEvent, key?: string): Awaitable<Placement | ErrorCode>;
  /**
   * Resolves when everything has been given that anybody committed before the call.
   * @throws StreamError `HISTORY_UNAVAILABLE`.
   */
  caughtUp(): Awaitable<void>;
  /** True when what was held is gone for good. */
  readonly isLost?: boolean;
  /** Gives no more events. What is held stays. */
  close(): void;
}

/** Is told how a broker does. */
export interface BrokerWatcher {
  /** A batch was committed, so long after its first event came. */
  committed(waitedMs: number): void;
  available(isAvailable: boolean): void;
  /** A page of old events was read, or could not be, and how many places of it were damaged. */
  paged(result: "read" | "failed", damages: number): void;
}

export interface Broker {
  watch(watcher: BrokerWatcher): void;
  /** Once for each feed until it is closed. @throws StreamError `HISTORY_UNAVAILABLE`, `FEED_LIMIT`. */
  open(feed: string): Awaitable<BrokerFeed>;
  /** Commits what is under way and lets go of files and connections. */
  close(): Promise<void>;
}
