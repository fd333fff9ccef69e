/**
 * One feed: what is published is masked once for each of its views, and handed to every reader in one write a loop turn.
 *
 * Owns the views and their common count. Never waits for a reader, and never keeps what was published.
 */
import { maskEvent, StreamError, toStreamError, type ErrorCode, type Policy } from "../core/index.ts";
import type { HistoryLimits } from "./history.ts";
import type { Metrics } from "./metrics.ts";
import type { Ports } from "./ports.ts";
import { drawEpoch } from "./position.ts";
import { encodeText } from "./text.ts";
import { View } from "./view.ts";

/** The view of a feed's own policy, which everybody gets who asks for none. */
export const DEFAULT_VIEW = "default";

export interface FeedOptions {
  readonly name: string;
  /** The metric label: a name out of the configuration. */
  readonly label: string;
  /** View name to policy; `DEFAULT_VIEW` is among them. */
  readonly policies: ReadonlyMap<string, Policy>;
  /** Event types that pass; any other becomes `message`. */
  readonly eventTypes: readonly string[];
  readonly limits: HistoryLimits & { readonly eventLimitBytes: number };
  readonly ports: Pick<Ports, "clock" | "random">;
  readonly metrics: Metrics;
}

/** What one view makes of an event: its bytes, or why it shows none. */
type Masked = Uint8Array | ErrorCode;

const NOTHING = new Uint8Array(0);

export class Feed {
  readonly name: string;
  readonly label: string;
  /** Told how many readers there are, whenever that changes. */
  onReaders: (count: number) => void = () => {};
  /** When the feed was last used by anybody. */
  usedAtMs: number;

  readonly #options: FeedOptions;
  readonly #eventTypes: ReadonlyMap<string, Uint8Array>;
  readonly #views: ReadonlyMap<string, View>;
  /** Views with the policy of each; those that share one policy share one view. */
  readonly #masked: readonly { readonly view: View; readonly policy: Policy }[];
  #isFlushDue = false;
  #oldestUnflushedMs = 0;

  constructor(options: FeedOptions) {
    const { name, label, limits, policies } = options;
    this.#options = options;
    this.name = name;
    this.label = label;
    this.usedAtMs = options.ports.clock.now();
    this.#eventTypes = new Map(options.eventTypes.map((type) => [type, encodeText(type)]));
    const epoch = drawEpoch(options.ports.random);
    const onReaders = (): void => this.#countReaders();
    const byPolicy = new Map(
      [...new Set(policies.values())].map((policy) => [policy, new View({ name, label, epoch, limits, onReaders })]),
    );
    this.#masked = [...byPolicy].map(([policy, view]) => ({ policy, view }));
    this.#views = new Map([...policies].map(([viewName, policy]) => [viewName, byPolicy.get(policy) as View]));
  }

  get readerCount(): number {
    return this.#masked.reduce((sum, { view }) => sum + view.readers.size, 0);
  }

  /** True when no view keeps an event. */
  get isEmpty(): boolean {
    return this.#masked.every(({ view }) => view.history.isEmpty);
  }

  /** @throws StreamError `VIEW_UNKNOWN`. */
  view(name: string = DEFAULT_VIEW): View {
    const view = this.#views.get(name);
    if (view === undefined) throw new StreamError("VIEW_UNKNOWN");
    return view;
  }

  /** Forgets what is too old. */
  trim(nowMs: number): void {
    for (const { view } of this.#masked) view.history.trim(nowMs);
  }

  /**
   * Masks one event's data for each view and appends it; fan-out follows at the end of this loop turn. A view whose
   * policy refuses the event does not show it. Returns the sequence, or the code of the refusal when no view shows it;
   * never throws.
   */
  tryPublish(data: Uint8Array, event = "message"): number | ErrorCode {
    const all = this.#maskAll(data);
    const refusal = all.every((one) => typeof one === "string") ? all[0] : undefined;
    if (typeof refusal === "string") {
      this.#options.metrics.add("events_refused_total", 1, refusal);
      return refusal;
    }
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
    return this.view().positionAt(sequence);
  }

  /** Nothing more will come: everybody who still reads is told. */
  finish(): void {
    for (const { view } of this.#masked)
      for (const reader of view.readers) {
        reader.pump();
        reader.end("FINISHED");
      }
  }

  #maskAll(data: Uint8Array): readonly Masked[] {
    if (data.length > this.#options.limits.eventLimitBytes) return this.#masked.map(() => "EVENT_TOO_LARGE");
    this.#options.metrics.add("event_maskings_total", this.#masked.length, this.label);
    return this.#masked.map(({ policy }) => tryMask(policy, data));
  }

  /** One entry in every view, so that all count alike. */
  #append(all: readonly Masked[] | "gap", event: Uint8Array): number {
    const now = this.#options.ports.clock.now();
    this.usedAtMs = now;
    this.#masked.forEach(({ view }, index) => {
      const data = all === "gap" ? NOTHING : all[index];
      const isHidden = typeof data === "string";
      if (isHidden) this.#options.metrics.add("events_hidden_total", 1, this.label);
      view.history.append({ data: isHidden ? NOTHING : data, event, isGap: all === "gap", isHidden }, now);
    });
    if (!this.#isFlushDue) {
      this.#isFlushDue = true;
      this.#oldestUnflushedMs = now;
      this.#options.ports.clock.soon(() => this.#flush());
    }
    return this.view().history.last;
  }

  #flush(): void {
    this.#isFlushDue = false;
    for (const { view } of this.#masked) view.flush();
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
