/** What a format adds to the engine: where text is. */
import type { Policy } from "../policy.ts";
import { type Edit, splitByEdits } from "../edit.ts";
import { concat } from "../bytes.ts";
import type { JoinedText } from "../joined-text.ts";
import { type ErrorCode, StreamError } from "../errors.ts";

/** Masks one stream of valid UTF-8. Returns only bytes that no later chunk can change. */
export interface FormatMasker {
  push(chunk: Uint8Array): Uint8Array;
  flush(): Uint8Array;
  readonly heldBytes: number;
}

/** Collects output and counts what was replaced in it. */
export class Output {
  private readonly policy: Policy;
  private parts: Uint8Array[] = [];

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
    for (const part of splitByEdits(bytes, edits)) this.write(part);
    for (const { entity } of edits) this.count(entity);
  }

  /** Writes what takes the place of a finding of `entity`, and counts it. */
  writeReplacement(entity: string, bytes: Uint8Array): void {
    this.write(bytes);
    this.count(entity);
  }

  protected count(entity: string): void {
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
