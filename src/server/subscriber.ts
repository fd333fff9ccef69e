/**
 * One connection that receives: where it stands in each feed, and whether it keeps up.
 *
 * Owns cursors, heartbeat, age and the verdict "too slow". What is not sent yet stays in the history: a slow reader
 * costs its socket's queue and nothing else, and nobody waits for it.
 */
import { Batch } from "./batch.ts";
import { closeCodeOf, isReconnect, type Ending } from "./ending.ts";
import type { Resume } from "./history.ts";
import type { Metrics, Series } from "./metrics.ts";
import type { Ports } from "./ports.ts";
import { formatPositions } from "./position.ts";
import type { Transport } from "./transports.ts";
import { PAGE_BYTES, type FeedReader, type View } from "./view.ts";

/**
 * A connection as a subscriber sees it, whatever carries it. No method waits; one that throws costs this connection and
 * no other.
 */
export interface Outlet {
  write(batch: Batch): void;
  queuedBytes(): number;
  close(ending: Ending): void;
  abort(): void;
}

export interface SubscriberLimits {
  readonly subscriberQueueBytes: number;
  readonly writeStallMs: number;
  readonly heartbeatMs: number;
  readonly connectionMaxAgeMs: number;
}

export interface SubscriberOptions {
  readonly transport: Transport;
  readonly outlet: Outlet;
  readonly views: readonly View[];
  /** Where to start in each view. */
  readonly resumes: readonly Resume[];
  /** What the client said it has, for the gap that tells it; null when that cannot be read. */
  readonly after: string | null;
  readonly limits: SubscriberLimits;
  readonly ports: Pick<Ports, "clock" | "random">;
  readonly metrics: Metrics;
  /** When what lets it read ends. */
  readonly expiresAtMs?: number | undefined;
  /** When it reaches its age; drawn where it is not given. */
  readonly endsAtMs?: number | undefined;
}

const FIRST_RETRY_MS = 10;
const LAST_RETRY_MS = 640;

export class Subscriber implements FeedReader {
  readonly #options: SubscriberOptions;
  readonly #outlet: Outlet;
  readonly #roomBytes: number;
  readonly #cursors: number[];
  readonly #deliveredEvents: readonly Series[];
  readonly #deliveredBytes: Series;
  /** When it reaches its age. */
  readonly endsAtMs: number;
  #expiresAtMs: number;
  #hasEnded = false;
  /** True while the views know it. */
  #isJoined = false;
  /** True once it had everything: from then on a long backlog means that it is too slow. */
  #isLive = false;
  #isOverQueue = false;
  #writtenBytes = 0;
  #takenBytes = 0;
  #takenAtMs: number;
  #writtenAtMs: number;
  #retryMs = FIRST_RETRY_MS;
  #stopRetry: (() => void) | undefined;
  #stopAbort: (() => void) | undefined;

  constructor(options: SubscriberOptions) {
    this.#options = options;
    this.#expiresAtMs = options.expiresAtMs ?? Infinity;
    this.#outlet = options.outlet;
    this.#roomBytes = Math.min(options.limits.subscriberQueueBytes, PAGE_BYTES);
    this.#cursors = options.resumes.map((resume) => resume.cursor);
    const { metrics, transport } = options;
    this.#deliveredEvents = options.views.map(({ label }) =>
      metrics.series("events_delivered_total", label, transport.name),
    );
    this.#deliveredBytes = metrics.series("delivered_bytes_total", transport.name);
    const now = options.ports.clock.now();
    this.#takenAtMs = now;
    this.#writtenAtMs = now;
    // Plus or minus 20 %, so that those who came together do not leave together.
    this.endsAtMs = options.endsAtMs ?? now + options.limits.connectionMaxAgeMs * (0.8 + 0.4 * this.#chance());
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
      this.#options.metrics.add("subscribers", 1, view.label, transport.name);
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
      resumes.forEach((resume, index) => (this.#cursors[index] = resume.cursor));
      this.#isLive = false;
      this.#writeGaps(resumes, after);
      this.#pump();
    });
  }

  /** Sends what the feeds hold and the socket has room for. */
  pump(): void {
    this.#guard(() => this.#pump());
  }

  #pump(): void {
    if (this.#hasEnded) return;
    let isDone = true;
    for (let index = 0; isDone && index < this.#cursors.length; index++) isDone = this.#pumpFeed(index);
    if (isDone) {
      this.#isLive = true;
    } else {
      this.#retryLater();
    }
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
    const takenBytes = this.#writtenBytes - queuedBytes;
    if (queuedBytes === 0 || takenBytes > this.#takenBytes) this.#takenAtMs = nowMs;
    this.#takenBytes = Math.max(this.#takenBytes, takenBytes);
    if (queuedBytes > 0) metrics.observe("subscriber_queue_bytes", queuedBytes);
    // Twice in a row: a burst of one loop turn is no verdict.
    const wasOverQueue = this.#isOverQueue;
    this.#isOverQueue = this.#isLive && queuedBytes + this.#unsentBytes() > limits.subscriberQueueBytes;
    const isStalled = nowMs - this.#takenAtMs >= limits.writeStallMs;
    if (isStalled || (this.#isOverQueue && wasOverQueue)) this.end("TOO_SLOW");
    else if (nowMs >= this.#expiresAtMs) this.end("TOKEN_EXPIRED");
    else if (nowMs >= this.endsAtMs) this.end("AGE_LIMIT");
    else if (queuedBytes === 0 && nowMs - this.#writtenAtMs >= limits.heartbeatMs) {
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
    const afterMs = Math.round(1000 + 4000 * this.#chance());
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
      this.#hasEnded = true;
      this.#options.metrics.add("disconnects_total", 1, "INTERNAL");
      this.#leave();
      this.#options.outlet.abort();
    }
  }

  #leave(): void {
    this.#stopRetry?.();
    if (!this.#isJoined) return;
    this.#isJoined = false;
    for (const view of this.#options.views) {
      view.removeReader(this);
      this.#options.metrics.add("subscribers", -1, view.label, this.#options.transport.name);
    }
  }

  #pumpFeed(index: number): boolean {
    const { views, transport } = this.#options;
    const view = views[index];
    while (this.#cursors[index] < view.history.last) {
      if (this.#outlet.queuedBytes() > this.#roomBytes) return false;
      if (this.#cursors[index] < view.history.first - 1) this.#skipForgotten(index);
      const before = this.#cursors[index];
      const batch = views.length === 1 ? view.batchAfter(before, transport) : this.#ownBatch(index);
      if (batch === undefined) return true;
      this.#cursors[index] = batch.last;
      if (batch.frames.length === 0) continue;
      this.#writeBatch(batch);
      this.#deliveredEvents[index].value += batch.frames.length;
      this.#retryMs = FIRST_RETRY_MS;
    }
    return true;
  }

  /** With several feeds each frame names this subscriber's places, so it can be shared with nobody. */
  #ownBatch(index: number): Batch | undefined {
    const { views, transport } = this.#options;
    const view = views[index];
    const entry = view.history.after(this.#cursors[index], 1, 1)[0];
    if (entry === undefined) return undefined;
    this.#cursors[index] = entry.sequence;
    const frames = entry.isHidden ? [] : [transport.event({ entry, id: this.#id(), feed: view.name })];
    return new Batch(frames, entry.sequence);
  }

  /** The history moved past this reader while it lagged. */
  #skipForgotten(index: number): void {
    const history = this.#options.views[index].history;
    const cursor = this.#cursors[index];
    const lost = history.first - 1 - cursor;
    if (lost <= 0) return;
    const after = this.#id();
    this.#cursors[index] = history.first - 1;
    this.#writeGap(after, index, lost);
  }

  #writeGaps(resumes: readonly Resume[], after: string | null = this.#options.after): void {
    resumes.forEach(({ result, lost }, index) => {
      if (result === "gap" || result === "reset") this.#writeGap(after, index, lost);
    });
  }

  #writeGap(after: string | null, index: number, lost: number | null): void {
    const next = this.#id(index);
    this.#options.metrics.add("history_holes_total", 1);
    this.#write(this.#options.transport.gap({ after, next, lost }, this.#id()));
  }

  /** The position that the client has passed; `nextIndex`: with the next event of that feed. */
  #id(nextIndex = -1): string {
    return formatPositions(
      this.#options.views.map((view, index) => ({
        epoch: view.history.epoch,
        sequence: this.#cursors[index] + (index === nextIndex ? 1 : 0),
      })),
    );
  }

  #unsentBytes(): number {
    return this.#options.views.reduce((sum, view, index) => sum + view.history.bytesAfter(this.#cursors[index]), 0);
  }

  #write(frame: Uint8Array): void {
    this.#writeBatch(new Batch([frame], 0));
  }

  #writeBatch(batch: Batch): void {
    this.#writtenBytes += batch.lengthBytes;
    this.#deliveredBytes.value += batch.lengthBytes;
    this.#writtenAtMs = this.#options.ports.clock.now();
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

  /** A random number from 0 to 1. */
  #chance(): number {
    const [high = 0, low = 0] = this.#options.ports.random(2);
    return (high * 256 + low) / 65_535;
  }
}
