/** What a format adds to the engine: where text is. */
import type { Policy } from "../policy.ts";
import { type Edit, splitByEdits } from "../edit.ts";
import { concat } from "../bytes.ts";
import { findDrop, UNCOUNTED, unmark } from "../drops.ts";
import type { JoinedText } from "../joined-text.ts";
import { type ErrorCode, StreamError } from "../errors.ts";

/** Masks one stream of valid UTF-8. Returns only bytes that no later chunk can change. */
export interface FormatMasker {
  push(chunk: Uint8Array): Uint8Array;
  flush(): Uint8Array;
  readonly heldBytes: number;
}

const LF = 0x0a;
const CR = 0x0d;

/** Collects output and counts what was replaced in it. */
export class Output {
  private readonly policy: Policy;
  private parts: Uint8Array[] = [];
  /** The last record was dropped with its CR, whose LF may be a record of its own. */
  private isLineFeedDue = false;

  constructor(policy: Policy) {
    this.policy = policy;
  }

  write(bytes: Uint8Array): void {
    if (bytes.length > 0) this.parts.push(bytes);
  }

  /** Bytes that wait for what follows. */
  get heldBytes(): number {
    return 0;
  }

  /** A list for the texts of a record that may go on in the next one; undefined where each record stands alone. */
  openTexts(): JoinedText[] | undefined {
    return undefined;
  }

  /** Writes `bytes` with the edits applied, and those of `_texts` later; offsets count from `bytes[0]`. */
  writeEdited(bytes: Uint8Array, edits: readonly Edit[], _texts?: readonly JoinedText[]): void {
    for (const part of splitByEdits(bytes, this.unmarked(edits))) this.write(part);
    for (const { entity } of edits) this.count(entity);
  }

  /** What is written from here on is of another record. */
  endRecord(): void {}

  /** True when the edits take the whole event: it is counted, and the caller writes nothing of it. Asked in order. */
  dropsEvent(record: Uint8Array, edits: readonly Edit[]): boolean {
    const { policy } = this;
    if (policy.drops?.event !== true) return false;
    const isRest = this.isLineFeedDue && record.length === 1 && record[0] === LF;
    this.isLineFeedDue = false;
    if (isRest) return true;
    const drop = findDrop(edits, "event");
    if (drop === undefined) return false;
    this.isLineFeedDue = record.at(-1) === CR;
    this.count(drop.entity);
    policy.observer.invalid("EVENT_DROPPED");
    return true;
  }

  /** Writes what takes the place of a finding of `entity`, and counts it. */
  writeReplacement(entity: string, bytes: Uint8Array): void {
    this.write(this.policy.drops === undefined ? bytes : unmark(bytes));
    this.count(entity);
  }

  private unmarked(edits: readonly Edit[]): readonly Edit[] {
    return this.policy.drops === undefined ? edits : edits.map((edit) => ({ ...edit, bytes: unmark(edit.bytes) }));
  }

  protected count(entity: string): void {
    if (entity === UNCOUNTED) return;
    this.policy.observer.masked(entity, this.policy.operatorOf(entity), 1);
  }

  take(): Uint8Array {
    const all = concat(this.parts);
    this.parts = [];
    return all;
  }
}

/** Counts a record that does not parse and says what becomes of it. @throws StreamError `INVALID_INPUT` for `close`. */
export function whenInvalid(policy: Policy, reason: ErrorCode): "mask-as-text" | "drop" {
  policy.observer.invalid(reason);
  if (policy.onInvalid === "close") throw new StreamError("INVALID_INPUT");
  return policy.onInvalid;
}
