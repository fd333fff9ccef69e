/**
 * One connection that receives: where it stands in each feed, and whether it keeps up.
 *
 * Owns cursors, heartbeat, age and the verdict "too slow". What is not sent yet stays in the history: a slow reader
 * costs its socket's queue and nothing else, and nobody waits for it.
 */
import { chanceOf } from "../network/backoff.ts";
import { Batch } from "./batch.ts";
import type { Cohort, CohortMember } from "./cohort.ts";
import { closeCodeOf, isReconnect, type Ending } from "./ending.ts";
import type { Resume } from "../history/history.ts";
import type { Series } from "../telemetry/metrics.ts";
import type { Outlet } from "./outlets.ts";
import { PageReader } from "./page-reader.ts";
import { Pace } from "./pace.ts";
import { ANEW, endsSlow, unsentBytes, waitsSinceMs, type Place } from "./place.ts";
import { formatPositions } from "../history/position.ts";
import { goOnFrom } from "./slow-subscribers.ts";
import type { Transport } from "./transports.ts";
import type { SubscriberOptions } from "./subscriber-options.ts";
import { isShown } from "./type-filter.ts";
import type { FeedReader } from "./view.ts";

const FIRST_RETRY_MS = 10;
const LAST_RETRY_MS = 640;
/** Places without a frame: a filter may leave out all of a long history, and others have their turn in between. */
const PASSED_AT_ONCE = 10_000;

export class Subscriber implements FeedReader, CohortMember {
  #hasEnded = false;
  /** True once it had everything: from then on a long backlog means that it is too slow. */
  #isLive = false;
  readonly #outlet: Outlet;
  readonly #transport: Transport;
  readonly #places: readonly Place[];
  readonly #deliveredBytes: Series;
  /** Where it stands and gets what comes, while it keeps up; what it is given there is in that account. */
  #cohort: Cohort | undefined;
  #ownBytes = 0;
  #retryMs = FIRST_RETRY_MS;
  readonly #options: SubscriberOptions;
  /** When it reaches its age. */
  readonly endsAtMs: number;
  #expiresAtMs: number;
  /** True while the views know it. */
  #isJoined = false;
  #isOverQueue = false;
  readonly #pace: Pace;
  #stopRetry: (() => void) | undefined;
  #stopAbort: (() => void) | undefined;

  constructor(options: SubscriberOptions) {
    const { metrics, transport, limits, ports } = options;
    this.#options = options;
    this.#transport = transport;
    this.#expiresAtMs = options.expiresAtMs ?? Infinity;
    this.#outlet = options.outlet;
    this.#places = options.views.map((view, index) => ({
      view,
      cursor: options.resumes[index].cursor,
      delivered: metrics.series("events_delivered_total", view.label, transport.name),
      ...ANEW,
    }));
    this.#deliveredBytes = metrics.series("delivered_bytes_total", transport.name);
    const now = ports.clock.now();
    this.#pace = new Pace(now);
    // Plus or minus 20 %, so that those who came together do not leave together.
    this.endsAtMs = options.endsAtMs ?? now + limits.connectionMaxAgeMs * (0.8 + 0.4 * chanceOf(ports.random));
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Writes the opening and the gaps, then whatever is there. */
  start(): void {
    this.#guard(() => this.#start());
  }

  #start(): void {
    const { transport, views, resumes } = this.#options;
    const opening = transport.opening(this.#id());
    if (opening !== undefined) this.#write(opening);
    this.#writeGaps(resumes);
    // A new configuration may have come between the request and its socket.
    if (views.some((view) => view.isClosed)) {
      this.end("CONFIG_CHANGED");
      return;
    }
    this.#isJoined = true;
    for (const view of views) {
      view.addReader(this);
      this.#options.metrics.add("subscribers", 1, view.label, view.viewName, transport.name);
    }
    this.#pump();
  }

  /** What lets it read ends later, or never. */
  renew(expiresAtMs: number | undefined): void {
    this.#expiresAtMs = expiresAtMs ?? Infinity;
  }

  /** Starts anew from another place: the client's first message said where it stands. */
  restart(resumes: readonly Resume[], after: string): void {
    this.#guard(() => {
      this.#leaveCohort();
      resumes.forEach(({ cursor }, index) => Object.assign(this.#places[index], { cursor, ...ANEW }));
      this.#isLive = false;
      this.#writeGaps(resumes, after);
      this.#pump();
    });
  }

  /** Sends what the feeds hold and the socket has room for. */
  pump(): void {
    try {
      this.#pump();
    } catch {
      this.fail();
    }
  }

  #pump(): void {
    if (this.#hasEnded) return;
    this.#leaveCohort();
    const stuck = this.#places.filter((place) => !this.#pumpFeed(place));
    if (stuck.some(({ pages }) => pages?.isReading !== true)) return this.#retryLater();
    if (stuck.length > 0) return;
    this.#isLive = true;
    this.#joinCohort();
  }

  /** The flush goes on with those who stand apart. */
  lag(): void {
    this.#leaveCohort();
    this.#retryMs = FIRST_RETRY_MS;
  }

  /** With several feeds each frame names this subscriber's places, and a cohort is given every type. */
  #joinCohort(): void {
    const [place] = this.#places;
    if (this.#places.length !== 1 || this.#options.filter !== undefined || !this.#isJoined) return;
    const cohort = place.view.cohortOf(this.#transport);
    if (!cohort.tryJoin(this, this.#outlet, place.cursor)) return;
    this.#cohort = cohort;
    this.#ownBytes -= cohort.writtenBytes;
    place.view.setApart(this, false);
  }

  #leaveCohort(): void {
    const cohort = this.#cohort;
    if (cohort === undefined) return;
    const [place] = this.#places;
    this.#cohort = undefined;
    cohort.leave(this.#outlet);
    this.#ownBytes += cohort.writtenBytes;
    place.cursor = cohort.cursor;
    place.view.setApart(this, true);
  }

  get #writtenBytes(): number {
    return this.#ownBytes + (this.#cohort?.writtenBytes ?? 0);
  }

  /** Sends one frame of its own (an ack, an error), after what is already queued. */
  send(frame: Uint8Array): void {
    this.#guard(() => {
      if (!this.#hasEnded) this.#write(frame);
    });
  }

  /** Called by the shared timer: heartbeat, age, and whether the peer takes anything. */
  tick(nowMs: number): void {
    this.#guard(() => this.#tick(nowMs));
  }

  #tick(nowMs: number): void {
    if (this.#hasEnded) return;
    const { outlet, limits, metrics, transport } = this.#options;
    const queuedBytes = outlet.queuedBytes();
    this.#pace.look(nowMs, this.#writtenBytes, queuedBytes);
    if (queuedBytes > 0) metrics.observe("subscriber_queue_bytes", queuedBytes);
    // Where every feed drops instead, it may stay: what its socket holds is bounded, and nothing else is held for it.
    const mayEnd = endsSlow(this.#places);
    const unsent = unsentBytes(this.#places, (place) => this.#cursorOf(place));
    // Twice in a row: a burst of one loop turn is no verdict.
    const wasOverQueue = this.#isOverQueue;
    this.#isOverQueue = mayEnd && this.#isLive && queuedBytes + unsent > limits.subscriberQueueBytes;
    const isStalled = mayEnd && this.#pace.stalledMs >= limits.writeStallMs;
    if (isStalled || (this.#isOverQueue && wasOverQueue)) this.end("TOO_SLOW");
    else if (nowMs >= this.#expiresAtMs) this.end("TOKEN_EXPIRED");
    else if (nowMs >= this.endsAtMs) this.end("AGE_LIMIT");
    else if (waitsSinceMs(this.#places) <= nowMs - limits.historyWaitMs) this.end("HISTORY_UNAVAILABLE");
    else if (queuedBytes === 0 && this.#pace.quietMs >= limits.heartbeatMs) {
      const heartbeat = transport.heartbeat(this.#id());
      if (heartbeat !== undefined) this.#write(heartbeat);
    }
  }

  /** Tells the client, and closes; a peer that does not take the rest is cut off after `writeStallMs`. */
  end(ending: Ending): void {
    this.#guard(() => this.#end(ending));
  }

  #end(ending: Ending): void {
    if (this.#hasEnded) return;
    const { transport, outlet, limits, ports, metrics } = this.#options;
    const code = closeCodeOf(ending);
    const reconnect = isReconnect(ending);
    const afterMs = Math.round(1000 + 4000 * chanceOf(ports.random));
    this.#write(transport.end({ code, reconnect, afterMs }, this.#id()));
    this.#hasEnded = true;
    metrics.add("disconnects_total", 1, ending);
    this.#leave();
    this.#stopAbort = ports.clock.after(limits.writeStallMs, () => outlet.abort());
    outlet.close(ending);
  }

  /** The connection is gone, whoever ended it. */
  closed(): void {
    this.#hasEnded = true;
    this.#leave();
    this.#stopAbort?.();
  }

  /** What cannot be encoded or written costs this connection: it is cut, and nobody else notices. */
  #guard(run: () => void): void {
    try {
      run();
    } catch {
      this.fail();
    }
  }

  fail(): void {
    this.#hasEnded = true;
    this.#options.metrics.add("disconnects_total", 1, "INTERNAL");
    this.#leave();
    this.#outlet.abort();
  }

  #leave(): void {
    this.#stopRetry?.();
    this.#leaveCohort();
    if (!this.#isJoined) return;
    this.#isJoined = false;
    for (const view of this.#options.views) {
      view.removeReader(this);
      this.#options.metrics.add("subscribers", -1, view.label, view.viewName, this.#options.transport.name);
    }
  }

  /** False when the rest has to wait: the socket has no room, it is being read, or others have their turn. */
  #pumpFeed(place: Place): boolean {
    const { view } = place;
    let passed = 0;
    while (place.cursor < view.history.last) {
      if (passed >= PASSED_AT_ONCE) return false;
      if (this.#outlet.queuedBytes() > view.roomBytes) {
        place.isBehind = this.#isLive;
        return false;
      }
      if (place.isBehind) this.#dropUnsent(place);
      const from = place.cursor;
      const isOld = from < view.history.first - 1;
      if (!isOld) place.pages = undefined;
      const batch = isOld ? this.#oldBatch(place) : this.#newBatch(place);
      if (batch === undefined) return !isOld;
      place.cursor = batch.last;
      this.#retryMs = FIRST_RETRY_MS;
      place.delivered.value += batch.frames.length;
      if (batch.frames.length > 0) this.#writeBatch(batch);
      else passed += batch.last - from;
    }
    place.pages = undefined;
    return true;
  }

  /** With several feeds each frame names this subscriber's places, so it can be shared with nobody. */
  #newBatch(place: Place): Batch | undefined {
    const { view } = place;
    const { filter } = this.#options;
    if (this.#places.length === 1) return view.batchAfter(place.cursor, this.#transport, filter);
    const entry = view.history.after(place.cursor, 1, 1)[0];
    if (entry === undefined) return undefined;
    place.cursor = entry.sequence;
    const frames = isShown(entry, filter) ? [this.#transport.event({ entry, id: this.#id(), feed: view.name })] : [];
    return new Batch(frames, entry.sequence);
  }

  /** What follows is in memory no more: it is told of as lost, or read; undefined while it is. */
  #oldBatch(place: Place): Batch | undefined {
    const { view } = place;
    // The history moved past this reader while it lagged.
    this.#skipTo(place, view.history.oldest - 1);
    if (place.cursor >= view.history.first - 1) return new Batch([], place.cursor);
    const onRead = (isRead: boolean): void => (isRead ? this.pump() : this.#retryLater());
    place.pages ??= new PageReader({ view, onRead, nowMs: () => this.#options.ports.clock.now() });
    const feed = this.#places.length === 1 ? undefined : view.name;
    const frames: Uint8Array[] = [];
    const entries = place.pages.after(place.cursor);
    for (const entry of entries ?? []) {
      place.cursor = entry.sequence;
      if (isShown(entry, this.#options.filter)) frames.push(this.#transport.event({ entry, id: this.#id(), feed }));
    }
    return entries && new Batch(frames, place.cursor);
  }

  /** It lagged, and by the rule of its feed does not get all of it. */
  #dropUnsent(place: Place): void {
    const { limits, metrics, filter } = this.#options;
    const { slowSubscribers, history, label } = place.view;
    const limitBytes = limits.subscriberQueueBytes;
    place.isBehind = false;
    const cursor = goOnFrom(slowSubscribers, { history, cursor: place.cursor, limitBytes, filter });
    if (cursor > place.cursor) metrics.add("events_skipped_total", cursor - place.cursor, label, slowSubscribers);
    this.#skipTo(place, cursor);
  }

  /** Goes on behind `cursor`, and tells of what is before it as lost. */
  #skipTo(place: Place, cursor: number): void {
    const lost = cursor - place.cursor;
    if (lost <= 0) return;
    const after = this.#id();
    place.cursor = cursor;
    this.#writeGap(after, place, lost);
  }

  #writeGaps(resumes: readonly Resume[], after: string | null = this.#options.after): void {
    resumes.forEach(({ result, lost }, index) => {
      if (result === "gap" || result === "reset") this.#writeGap(after, this.#places[index], lost);
    });
  }

  #writeGap(after: string | null, place: Place, lost: number | null): void {
    const next = this.#id(place);
    this.#options.metrics.add("history_holes_total", 1);
    this.#write(this.#transport.gap({ after, next, lost }, this.#id()));
  }

  /** The position that the client has passed; `nextIn`: with the next event of that feed. */
  #id(nextIn?: Place): string {
    return formatPositions(
      this.#places.map((place) => ({
        epoch: place.view.history.epoch,
        sequence: this.#cursorOf(place) + (place === nextIn ? 1 : 0),
      })),
    );
  }

  #cursorOf(place: Place): number {
    return this.#cohort?.cursor ?? place.cursor;
  }

  #write(frame: Uint8Array): void {
    this.#writeBatch(new Batch([frame], 0));
  }

  #writeBatch(batch: Batch): void {
    this.#ownBytes += batch.lengthBytes;
    this.#deliveredBytes.value += batch.lengthBytes;
    this.#outlet.write(batch);
  }

  #retryLater(): void {
    if (this.#hasEnded || this.#stopRetry !== undefined) return;
    this.#stopRetry = this.#options.ports.clock.after(this.#retryMs, () => {
      this.#stopRetry = undefined;
      this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs * 2);
      this.pump();
    });
  }
}
