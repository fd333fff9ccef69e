/**
 * Output in which a text may go on from one record to the next.
 *
 * Owns the records whose text is not decided yet, and their order: none overtakes another, none is made up, and each keeps
 * its place and its framing. At most `joinLimitBytes` and `joinLimitEvents` are held: beyond, what is not decided is hidden
 * and counted, never passed.
 */
import { ByteQueue } from "../bytes.ts";
import { type Edit, splitByEdits } from "../edit.ts";
import type { JoinedText } from "../joined-text.ts";
import type { Policy } from "../policy.ts";
import { Channels, isDecided, isRest, joinedEdits, type Part } from "./channels.ts";
import { Output } from "./format-masker.ts";

/** A record that waits, or a part of one, with the edits known so far. */
interface HeldRecord {
  /** A queue for what comes in pieces. */
  readonly bytes: Uint8Array | ByteQueue;
  readonly parts: readonly Part[];
  readonly edits: readonly Edit[];
  readonly opensRecord: boolean;
}

export class JoiningOutput extends Output {
  private readonly joinPolicy: Policy;
  private readonly channels: Channels;
  private held: HeldRecord[] = [];
  private heldLength = 0;
  private heldRecords = 0;
  /** Something of the record that is being written is held. */
  private isInRecord = false;
  /** What is written of a record piece by piece, as cuts have it: one piece to whoever counts. */
  private pieces: ByteQueue | undefined;

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
    else if (bytes.length > 0) this.holdPiece(bytes);
  }

  override writeEdited(bytes: Uint8Array, edits: readonly Edit[], texts: readonly JoinedText[] = []): void {
    if (texts.length === 0 && this.held.length === 0) return super.writeEdited(bytes, edits);
    this.pieces = undefined;
    const parts = texts.map((text) => this.channels.add(text));
    this.hold(bytes, { parts, edits });
    this.heldLength += bytes.length;
    this.bound();
  }

  override endRecord(): void {
    this.pieces = undefined;
    this.isInRecord = false;
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

  private holdPiece(bytes: Uint8Array): void {
    if (this.pieces === undefined) this.hold((this.pieces = new ByteQueue()), { parts: [], edits: [] });
    this.pieces.append(bytes);
    this.heldLength += bytes.length;
    this.bound();
  }

  private hold(bytes: HeldRecord["bytes"], { parts, edits }: Pick<HeldRecord, "parts" | "edits">): void {
    const opensRecord = !this.isInRecord;
    this.held.push({ bytes, parts, edits, opensRecord });
    if (opensRecord) this.heldRecords++;
    this.isInRecord = true;
  }

  private bound(): void {
    this.release();
    const { joinLimitBytes, joinLimitEvents } = this.joinPolicy.limits;
    if (this.heldLength > joinLimitBytes) this.hideRest("JOIN_TOO_LONG");
    else if (this.heldRecords > joinLimitEvents) this.hideRest("JOIN_TOO_MANY");
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
    for (const { bytes, parts, edits: own, opensRecord } of this.held.splice(0, count)) {
      this.heldLength -= bytes.length;
      if (opensRecord) this.heldRecords--;
      const edits = joinedEdits(own, parts);
      for (const piece of splitByEdits(bytes instanceof ByteQueue ? bytes.takeAll() : bytes, edits)) super.write(piece);
      for (const edit of edits) if (!isRest(edit)) this.count(edit.entity);
    }
    // What goes on of a record that has left is held by nothing.
    if (this.held.length === 0) this.endRecord();
    this.channels.forget();
  }
}
