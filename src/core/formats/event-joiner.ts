/**
 * Masks events that come one after the other, and whose texts may go on from one to the next.
 *
 * Owns what is undecided of their texts, and no order: the caller looks at each event when its turn comes, and bounds how
 * many wait.
 */
import { applyEdits, type Edit } from "../edit.ts";
import type { JoinedText } from "../joined-text.ts";
import type { Policy } from "../policy.ts";
import { Channels, isDecided, isRest, joinedEdits, type Part } from "./channels.ts";
import { eventDataEdits, validEvent } from "./event-data.ts";

export class EventJoiner {
  private readonly policy: Policy;
  private readonly channels: Channels;

  constructor(shared: Policy) {
    this.policy = shared.perStream();
    this.channels = new Channels(this.policy);
  }

  /**
   * Adds the data of the next event.
   * @throws StreamError `INVALID_INPUT` when the policy says `onInvalid: close`; the event is then none.
   */
  add(data: Uint8Array): JoinedEvent {
    const bytes = validEvent(this.policy, data);
    const texts: JoinedText[] = [];
    const edits = eventDataEdits(this.policy, bytes, { joined: texts });
    if (edits === undefined) return new JoinedEvent(this.policy, null, [], []);
    const parts = texts.map((text) => this.channels.add(text));
    const event = new JoinedEvent(this.policy, bytes, edits, parts);
    this.channels.forget();
    return event;
  }

  /** No event follows: everything is decided. Not for use after this. */
  end(): void {
    this.channels.end();
  }

  /** Hides what is not decided, so that nothing waits any more. True when there was some. */
  hideRest(): boolean {
    return this.channels.hideRest();
  }
}

export class JoinedEvent {
  private readonly policy: Policy;
  private readonly bytes: Uint8Array | null;
  private readonly edits: readonly Edit[];
  private readonly parts: readonly Part[];

  constructor(policy: Policy, bytes: Uint8Array | null, edits: readonly Edit[], parts: readonly Part[]) {
    this.policy = policy;
    this.bytes = bytes;
    this.edits = edits;
    this.parts = parts;
  }

  get isDecided(): boolean {
    return this.parts.every(isDecided);
  }

  /** The masked data of a decided event, null when the policy drops it. Counts what was found: call it once. */
  take(): Uint8Array | null {
    if (this.bytes === null) return null;
    const edits = joinedEdits(this.edits, this.parts);
    for (const edit of edits)
      if (!isRest(edit)) this.policy.observer.masked(edit.entity, this.policy.operatorOf(edit.entity), 1);
    return applyEdits(this.bytes, edits);
  }
}
