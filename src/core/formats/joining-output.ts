/**
 * Output in which a text may go on from one record to the next.
 *
 * Owns the records whose text is not decided yet, and their order: none overtakes another, none is made up, and each keeps
 * its place and its framing. A value over several records is replaced in the first and cut out of the others. At most
 * `lineLimitBytes` are held: beyond, what is not decided is hidden and counted, never passed.
 */
import { type Edit, splitByEdits } from "../edit.ts";
import { FIELD, hideWhole } from "../field-rules.ts";
import type { JoinedText } from "../joined-text.ts";
import type { Policy } from "../policy.ts";
import { openFinder, type TextFinder } from "../readings/reading-finder.ts";
import { replacementOf } from "../text-edits.ts";
import { Output } from "./format-masker.ts";

/** Counted when more waited than may be held. */
const TOO_LONG = "JOIN_TOO_LONG";
const NOTHING = new Uint8Array(0);

/** A record that waits, with the edits known so far. */
interface HeldRecord {
  readonly bytes: Uint8Array;
  readonly parts: readonly Part[];
  readonly edits: Edit[];
}

/** What a record adds to a channel. */
interface Part {
  readonly channel: Channel;
  readonly start: number;
  readonly end: number;
  readonly edits: Edit[];
  readonly toEdits: JoinedText["toEdits"];
}

interface Found {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
  readonly entity: string;
}

export class JoiningOutput extends Output {
  private readonly joinPolicy: Policy;
  private readonly channels = new Map<string, Channel>();
  private held: HeldRecord[] = [];
  private heldLength = 0;

  constructor(policy: Policy) {
    super(policy);
    this.joinPolicy = policy;
  }

  override get heldBytes(): number {
    return this.heldLength;
  }

  override openTexts(): JoinedText[] {
    return [];
  }

  override write(bytes: Uint8Array): void {
    if (this.held.length === 0) super.write(bytes);
    else if (bytes.length > 0) this.hold({ bytes, parts: [], edits: [] });
  }

  override writeEdited(bytes: Uint8Array, edits: readonly Edit[], texts: readonly JoinedText[] = []): void {
    if (texts.length === 0 && this.held.length === 0) super.writeEdited(bytes, edits);
    else this.hold({ bytes, parts: texts.map((text) => this.add(text)), edits: [...edits] });
  }

  override writeReplacement(entity: string, bytes: Uint8Array): void {
    this.write(bytes);
    this.count(entity);
  }

  /** No record follows: everything is decided. */
  end(): void {
    for (const channel of this.channels.values()) channel.end();
    this.release();
  }

  private add({ channel: name, text, toEdits }: JoinedText): Part {
    let channel = this.channels.get(name);
    if (channel === undefined) this.channels.set(name, (channel = new Channel(this.joinPolicy)));
    return channel.add(text, toEdits);
  }

  private hold(record: HeldRecord): void {
    this.held.push(record);
    this.heldLength += record.bytes.length;
    this.release();
    if (this.heldLength <= this.joinPolicy.limits.lineLimitBytes) return;
    this.joinPolicy.observer.invalid(TOO_LONG);
    for (const channel of this.channels.values()) channel.hideRest();
    this.release();
  }

  /** Writes the records at the front whose text is decided. */
  private release(): void {
    let count = 0;
    while (count < this.held.length && this.held[count].parts.every(({ channel, end }) => end <= channel.clearTo))
      count++;
    for (const record of this.held.splice(0, count)) {
      this.heldLength -= record.bytes.length;
      const edits = [...record.edits, ...record.parts.flatMap((part) => part.toEdits(part.edits))];
      edits.sort((a, b) => a.start - b.start);
      for (const piece of splitByEdits(record.bytes, edits)) super.write(piece);
      // What is only cut out was counted where it began.
      for (const { entity, bytes } of edits) if (bytes !== NOTHING) this.count(entity);
    }
    for (const channel of this.channels.values()) channel.forget();
  }
}

/** One text over many records. */
class Channel {
  private readonly policy: Policy;
  private finder: TextFinder;
  /** Where in the channel the finder began. */
  private offset = 0;
  private length = 0;
  /** Parts that are not decided. */
  private parts: Part[] = [];

  constructor(policy: Policy) {
    this.policy = policy;
    this.finder = openFinder(policy);
  }

  /** Every byte before this is decided. */
  get clearTo(): number {
    return this.offset + this.finder.clearTo;
  }

  add(text: Uint8Array, toEdits: JoinedText["toEdits"]): Part {
    const part = { channel: this, start: this.length, end: this.length + text.length, edits: [], toEdits };
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

  /** Hides what is not decided, and begins a new text behind it. */
  hideRest(): void {
    const { clearTo } = this;
    if (clearTo < this.length) {
      const { bytes } = hideWhole(NOTHING);
      this.cover({ start: clearTo, end: this.length, bytes, entity: FIELD });
    }
    this.finder = openFinder(this.policy);
    this.offset = this.length;
    this.parts = [];
  }

  forget(): void {
    const { clearTo } = this;
    this.parts = this.parts.filter(({ end }) => end > clearTo);
    this.finder.forget();
  }

  private settle(): void {
    for (const found of this.finder.found.splice(0)) {
      const { entity } = found;
      const bytes = replacementOf(this.policy, found);
      this.cover({ start: found.start + this.offset, end: found.end + this.offset, bytes, entity });
    }
  }

  private cover({ start, end, bytes, entity }: Found): void {
    for (const part of this.parts) {
      const from = Math.max(start, part.start);
      const to = Math.min(end, part.end);
      if (from >= to) continue;
      const own = from === start ? bytes : NOTHING;
      part.edits.push({ start: from - part.start, end: to - part.start, bytes: own, entity });
    }
  }
}
