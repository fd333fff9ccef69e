/**
 * Texts that go on from one record or event to the next, by their names.
 *
 * Owns what is decided of each. A value over several parts is replaced in the first and cut out of the others. What was
 * hidden undecided stays so: where it goes on, a value that began there is cut out, too.
 */
import type { Edit } from "../edit.ts";
import { hideWhole } from "../field-rules.ts";
import type { JoinedText } from "../joined-text.ts";
import type { Policy } from "../policy.ts";
import { openFinder, type TextFinder } from "../readings/reading-finder.ts";
import { replacementOf } from "../text-edits.ts";

const NOTHING = new Uint8Array(0);

/** What a record adds to a channel. */
export interface Part {
  readonly channel: Channel;
  readonly start: number;
  readonly end: number;
  readonly edits: Edit[];
  readonly joined: JoinedText;
}

/** True when nothing that comes can change the part. */
export function isDecided({ channel, end }: Part): boolean {
  return end <= channel.decidedTo;
}

/** The edits of a record in order: its own, and those of its parts. */
export function joinedEdits(own: readonly Edit[], parts: readonly Part[]): Edit[] {
  const ofParts = parts.flatMap(({ edits, joined }) => joined.toEdits(unite(edits, joined.own)));
  return [...own, ...ofParts].toSorted((a, b) => a.start - b.start);
}

/** Both what the whole text says and what a part says alone: overlapping ones are one, which the whole text names. */
function unite(edits: readonly Edit[], own: readonly Edit[]): readonly Edit[] {
  if (own.length === 0) return edits;
  const united: Edit[] = [];
  for (const edit of [...edits, ...own].toSorted((a, b) => a.start - b.start)) {
    const last = united.at(-1);
    if (last === undefined || edit.start >= last.end) united.push(edit);
    else
      united[united.length - 1] = { ...named(last, edit, own), start: last.start, end: Math.max(last.end, edit.end) };
  }
  return united;
}

function named(one: Edit, other: Edit, own: readonly Edit[]): Edit {
  return own.includes(one) && !isRest(other) ? other : one;
}

/** True for the rest of a finding, which was counted where it began. */
export function isRest({ bytes }: Edit): boolean {
  return bytes === NOTHING;
}

export class Channels {
  private readonly policy: Policy;
  private readonly channels = new Map<string, Channel>();

  constructor(policy: Policy) {
    this.policy = policy;
  }

  add(joined: JoinedText): Part {
    let channel = this.channels.get(joined.channel);
    if (channel === undefined) this.channels.set(joined.channel, (channel = new Channel(this.policy)));
    return channel.add(joined);
  }

  /** No text goes on: everything is decided. */
  end(): void {
    for (const channel of this.channels.values()) channel.end();
  }

  /** Everything is decided: what was not is hidden. True when there was some. */
  hideRest(): boolean {
    return [...this.channels.values()].map((channel) => channel.hideRest()).includes(true);
  }

  /** Lets go of what is decided. */
  forget(): void {
    for (const channel of this.channels.values()) channel.forget();
  }
}

/** One text over many records. */
class Channel {
  private readonly policy: Policy;
  private readonly finder: TextFinder;
  private length = 0;
  /** Every byte before this was let go, undecided ones hidden. */
  private hiddenTo = 0;
  /** Parts that are not decided. */
  private parts: Part[] = [];

  constructor(policy: Policy) {
    this.policy = policy;
    this.finder = openFinder(policy);
  }

  /** Every byte before this stays as it is edited now. */
  get decidedTo(): number {
    return Math.max(this.finder.clearTo, this.hiddenTo);
  }

  add(joined: JoinedText): Part {
    const { text } = joined;
    const part = { channel: this, start: this.length, end: this.length + text.length, edits: [], joined };
    this.length = part.end;
    this.parts.push(part);
    this.finder.push(text);
    this.settle();
    return part;
  }

  end(): void {
    this.finder.end();
    this.settle();
  }

  hideRest(): boolean {
    const { decidedTo, length } = this;
    if (decidedTo === length) return false;
    this.cover({ ...hideWhole(NOTHING), start: decidedTo, end: length });
    this.hiddenTo = length;
    this.parts = [];
    return true;
  }

  forget(): void {
    const { decidedTo } = this;
    this.parts = this.parts.filter(({ end }) => end > decidedTo);
    this.finder.forget();
  }

  private settle(): void {
    for (const found of this.finder.found.splice(0)) {
      const { start, end, entity } = found;
      this.cover({ start, end, bytes: replacementOf(this.policy, found), entity });
    }
  }

  private cover({ start, end, bytes, entity }: Edit): void {
    for (const part of this.parts) {
      const from = Math.max(start, part.start);
      const to = Math.min(end, part.end);
      if (from >= to) continue;
      const own = from === start ? bytes : NOTHING;
      part.edits.push({ start: from - part.start, end: to - part.start, bytes: own, entity });
    }
  }
}
