/**
 * Output in which a text may go on from one record to the next.
 *
 * Owns the records whose text is not decided yet, and their order: none overtakes another, none is made up, and each keeps
 * its place and its framing. At most `joinLimitBytes` and `joinLimitEvents` are held: beyond, what is not decided is hidden
 * and counted, never passed.
 */
import { type Edit, splitByEdits } from "../edit.ts";
import type { JoinedText } from "../joined-text.ts";
import type { Policy } from "../policy.ts";
import { Channels, isDecided, isRest, joinedEdits, type Part } from "./channels.ts";
import { Output } from "./format-masker.ts";

/** A record that waits, with the edits known so far. */
interface HeldRecord {
  readonly bytes: Uint8Array;
  readonly parts: readonly Part[];
  readonly edits: readonly Edit[];
}

export class JoiningOutput extends Output {
  private readonly joinPolicy: Policy;
  private readonly channels: Channels;
  private held: HeldRecord[] = [];
  private heldLength = 0;

  constructor(policy: Policy) {
    super(policy);
    this.joinPolicy = policy;
    this.channels = new Channels(policy);
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
    else this.hold({ bytes, parts: texts.map((text) => this.channels.add(text)), edits });
  }

  override writeReplacement(entity: string, bytes: Uint8Array): void {
    this.write(bytes);
    this.count(entity);
  }

  /** No record follows: everything is decided. */
  end(): void {
    this.channels.end();
    this.release();
  }

  private hold(record: HeldRecord): void {
    this.held.push(record);
    this.heldLength += record.bytes.length;
    this.release();
    const { joinLimitBytes, joinLimitEvents } = this.joinPolicy.limits;
    if (this.heldLength > joinLimitBytes) this.hideRest("JOIN_TOO_LONG");
    else if (this.held.length > joinLimitEvents) this.hideRest("JOIN_TOO_MANY");
  }

  private hideRest(reason: string): void {
    this.joinPolicy.observer.invalid(reason);
    this.channels.hideRest();
    this.release();
  }

  /** Writes the records at the front whose text is decided. */
  private release(): void {
    let count = 0;
    while (count < this.held.length && this.held[count].parts.every(isDecided)) count++;
    for (const record of this.held.splice(0, count)) {
      this.heldLength -= record.bytes.length;
      const edits = joinedEdits(record.edits, record.parts);
      for (const piece of splitByEdits(record.bytes, edits)) super.write(piece);
      for (const edit of edits) if (!isRest(edit)) this.count(edit.entity);
    }
    this.channels.forget();
  }
}
