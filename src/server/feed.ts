/**
 * One feed: what is published is masked once for each of its views, and handed to every reader in one write a loop turn.
 *
 * Owns the views and their common count. Never waits for a reader, and never keeps what was published.
 */
import { maskEvent, StreamError, toStreamError, type ErrorCode, type Policy } from "../core/index.ts";
import type { HistoryLimits } from "./history.ts";
import type { Metrics } from "./metrics.ts";
import type { Ports } from "./ports.ts";
import { drawEpoch, formatPositions } from "./position.ts";
import { encodeText } from "./text.ts";
import { View } from "./view.ts";

/** The view of a feed's own policy, which everybody gets who asks for none. */
export const DEFAULT_VIEW = "default";

/** What a configuration says of a feed, and the next one may say otherwise. */
export interface FeedRules {
  /** View name to policy; `DEFAULT_VIEW` is among them. */
  readonly policies: ReadonlyMap<string, Policy>;
  /** Event types that pass; any other becomes `message`. */
  readonly eventTypes: readonly string[];
}

export interface FeedOptions extends FeedRules {
  readonly name: string;
  /** The metric label: a name out of the configuration. */
  readonly label: string;
  readonly limits: HistoryLimits & { readonly eventLimitBytes: number };
  readonly ports: Pick<Ports, "clock" | "random">;
  readonly metrics: Metrics;
}

/** What one policy makes of an event: its bytes, or why it shows none. */
type Masked = Uint8Array | ErrorCode;

/** Views that share one policy, which masks once for all of them. */
interface Audience {
  readonly policy: Policy;
  readonly views: readonly View[];
}

const NOTHING = new Uint8Array(0);

export class Feed {
  readonly name: string;
  readonly label: string;
  /** Told how many readers there are, whenever that changes. */
  onReaders: (count: number) => void = () => {};
  /** When the feed was last used by anybody. */
  usedAtMs: number;

  readonly #options: FeedOptions;
  readonly #epoch: string;
  readonly #views = new Map<string, View>();
  /** The rules in force. Replaced as a whole between two events, so that no event is masked by a mix of two. */
  #rules: FeedRules;
  #audiences: readonly Audience[] = [];
  #eventTypes: ReadonlyMap<string, Uint8Array> = new Map();
  #last = 0;
  #isClosed = false;
  #isFlushDue = false;
  #oldestUnflushedMs = 0;

  constructor(options: FeedOptions) {
    const { name, label, ports } = options;
    this.#options = options;
    this.name = name;
    this.label = label;
    this.usedAtMs = ports.clock.now();
    this.#epoch = drawEpoch(ports.random);
    this.#rules = options;
    this.#adopt(options);
  }

  get readerCount(): number {
    return this.#allViews.reduce((sum, view) => sum + view.readers.size, 0);
  }

  /** True when no view keeps an event. */
  get isEmpty(): boolean {
    return this.#allViews.every((view) => view.history.isEmpty);
  }

  /** @throws StreamError `VIEW_UNKNOWN`. */
  view(name: string = DEFAULT_VIEW): View {
    const view = this.#views.get(name);
    if (view === undefined) throw new StreamError("VIEW_UNKNOWN");
    return view;
  }

  /** Forgets what is too old. */
  trim(nowMs: number): void {
    for (const view of this.#allViews) view.history.trim(nowMs);
  }

  /**
   * Goes on by other rules from the next event on. Whoever keeps up gets what was masked before; then the views whose
   * policy is another one forget it, and those that exist no more end. Positions go on.
   */
  reload(rules: FeedRules): void {
    this.#flush();
    const before = this.#rules;
    const isRetyped = JSON.stringify(rules.eventTypes) !== JSON.stringify(before.eventTypes);
    for (const [name, view] of this.#views) {
      if (!rules.policies.has(name)) {
        this.#views.delete(name);
        view.close();
      } else if (isRetyped || rules.policies.get(name) !== before.policies.get(name)) {
        view.forget();
      }
    }
    this.#adopt(rules);
  }

  /** The configuration names this feed no more. */
  close(): void {
    this.#flush();
    this.#isClosed = true;
    for (const view of this.#allViews) view.close();
  }

  /**
   * Masks one event's data for each view and appends it; fan-out follows at the end of this loop turn. A view whose
   * policy refuses the event does not show it. Returns the sequence, or the code of the refusal when no view shows it;
   * never throws.
   */
  tryPublish(data: Uint8Array, event = "message"): number | ErrorCode {
    if (this.#isClosed) return this.#refuse("FEED_UNKNOWN");
    const all = this.#maskAll(data);
    const refusal = all.every((one) => typeof one === "string") ? all[0] : undefined;
    if (typeof refusal === "string") return this.#refuse(refusal);
    const sequence = this.#append(all, this.#eventTypes.get(event) ?? NOTHING);
    this.#options.metrics.add("events_published_total", 1, this.label);
    return sequence;
  }

  /** Says, in order, that the source may have lost events here. */
  publishGap(): void {
    this.#append("gap", NOTHING);
  }

  /** The position after `sequence`, as clients write it; the same in every view. */
  positionAt(sequence: number): string {
    return formatPositions([{ epoch: this.#epoch, sequence }]);
  }

  /** Nothing more will come: everybody who still reads is told. */
  finish(): void {
    for (const view of this.#allViews)
      for (const reader of view.readers) {
        reader.pump();
        reader.end("FINISHED");
      }
  }

  get #allViews(): readonly View[] {
    return [...this.#views.values()];
  }

  #adopt(rules: FeedRules): void {
    const named = [...rules.policies];
    this.#audiences = [...new Set(rules.policies.values())].map((policy) => ({
      policy,
      views: named.filter(([, one]) => one === policy).map(([name]) => this.#open(name)),
    }));
    this.#eventTypes = new Map(rules.eventTypes.map((type) => [type, encodeText(type)]));
    this.#rules = rules;
  }

  /** The view of that name; a new one counts on from here. */
  #open(viewName: string): View {
    const known = this.#views.get(viewName);
    if (known !== undefined) return known;
    const { name, label, limits } = this.#options;
    const onReaders = (): void => this.#countReaders();
    const view = new View({ name, label, epoch: this.#epoch, last: this.#last, limits, onReaders });
    this.#views.set(viewName, view);
    return view;
  }

  #refuse(code: ErrorCode): ErrorCode {
    this.#options.metrics.add("events_refused_total", 1, code);
    return code;
  }

  #maskAll(data: Uint8Array): readonly Masked[] {
    if (data.length > this.#options.limits.eventLimitBytes) return this.#audiences.map(() => "EVENT_TOO_LARGE");
    this.#options.metrics.add("event_maskings_total", this.#audiences.length, this.label);
    return this.#audiences.map(({ policy }) => tryMask(policy, data));
  }

  /** One entry in every view, so that all count alike. */
  #append(all: readonly Masked[] | "gap", event: Uint8Array): number {
    const now = this.#options.ports.clock.now();
    this.usedAtMs = now;
    this.#last++;
    this.#audiences.forEach(({ views }, index) => {
      const data = all === "gap" ? NOTHING : all[index];
      const isHidden = typeof data === "string";
      if (isHidden) this.#options.metrics.add("events_hidden_total", 1, this.label);
      const entry = { data: isHidden ? NOTHING : data, event, isGap: all === "gap", isHidden };
      for (const view of views) view.history.append(entry, now);
    });
    if (!this.#isFlushDue) {
      this.#isFlushDue = true;
      this.#oldestUnflushedMs = now;
      this.#options.ports.clock.soon(() => this.#flush());
    }
    return this.#last;
  }

  #flush(): void {
    if (!this.#isFlushDue) return;
    this.#isFlushDue = false;
    for (const view of this.#allViews) view.flush();
    const waitedMs = this.#options.ports.clock.now() - this.#oldestUnflushedMs;
    this.#options.metrics.observe("publish_to_write_seconds", waitedMs / 1000);
  }

  #countReaders(): void {
    this.usedAtMs = this.#options.ports.clock.now();
    this.onReaders(this.readerCount);
  }
}

function tryMask(policy: Policy, data: Uint8Array): Masked {
  try {
    const masked = maskEvent(policy, data);
    // A small view of an array would keep the whole chunk that it came in.
    if (masked !== null) return masked.byteLength === masked.buffer.byteLength ? masked : masked.slice();
    return "INVALID_INPUT";
  } catch (thrown) {
    return toStreamError(thrown).code;
  }
}
