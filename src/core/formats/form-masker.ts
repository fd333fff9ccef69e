/**
 * Forms, many pairs at once.
 *
 * Owns the quick way for whole pairs: the automaton runs over what all of them read as, and a pair in which no match ended
 * and whose name tells nothing leaves as it came. Every other pair is read alone.
 */
import { lastIndexOfByte } from "../native-bytes.ts";
import type { Policy } from "../policy.ts";
import { BlockScan, type RecordContext } from "./block-scan.ts";
import { AMPERSAND, FormBlock } from "./form-block.ts";
import { FormFormat } from "./form.ts";
import { type FormatMasker, Output } from "./format-masker.ts";
import { RecordMasker } from "./record.ts";

/** Of pairs that are looked at together, because what they read as is a copy. */
const BLOCK_LIMIT_BYTES = 65_536;

/** The name of a pair stands at its start, and no other word outside of it counts. */
const WHOLE_PAIR: RecordContext = { wordsFrom: (_, { start }) => start };

export class FormMasker implements FormatMasker {
  private readonly policy: Policy;
  private readonly records: RecordMasker;
  private readonly output: Output;
  /** No pair of a block is too long for a record. */
  private readonly blockLimitBytes: number;

  constructor(policy: Policy) {
    this.policy = policy;
    this.output = new Output(policy);
    this.records = new RecordMasker(policy, new FormFormat(policy), this.output);
    this.blockLimitBytes = Math.min(BLOCK_LIMIT_BYTES, policy.limits.lineLimitBytes);
  }

  get heldBytes(): number {
    return this.records.heldBytes;
  }

  push(chunk: Uint8Array): Uint8Array {
    // What separates pairs depends on which of them are dropped.
    const isQuick = this.policy.passesClean && this.policy.drops === undefined;
    for (let at = 0; at < chunk.length;) {
      const end = isQuick && this.records.isBetweenRecords ? this.lastPairEnd(chunk, at) : 0;
      if (end > at) this.writeBlock(chunk.subarray(at, end));
      at = end > at ? end : this.records.pushRecord(chunk, at);
    }
    return this.output.take();
  }

  flush(): Uint8Array {
    return this.records.flush();
  }

  private writeBlock(bytes: Uint8Array): void {
    const block = new FormBlock(bytes);
    let cleanFrom = 0;
    for (const pair of this.suspects(block)) {
      const start = pair === 0 ? 0 : block.ends[pair - 1];
      const end = block.ends[pair];
      this.output.write(bytes.subarray(cleanFrom, start));
      this.records.pushRecord(bytes.subarray(start, end), 0);
      cleanFrom = end;
    }
    this.output.write(bytes.subarray(cleanFrom));
  }

  /** The pairs that may hold a finding, in order. */
  private suspects(block: FormBlock): readonly number[] {
    const { engine, keyedValues } = this.policy;
    const { text, starts, ends } = block;
    const scan = new BlockScan(engine, text);
    const suspects: number[] = [];
    let told = block.nextTold(0, keyedValues);
    for (let pair = 0; pair < ends.length; pair++) {
      // A place lies behind the last byte of its match.
      const place = scan.placeAfter(starts[pair]) - 1;
      const matched = place < text.length ? block.pairAt(place) : ends.length;
      pair = Math.min(told, matched);
      if (pair === ends.length) break;
      if (pair === told) told = block.nextTold(pair + 1, keyedValues);
      else if (!scan.hasMatch({ start: starts[pair], end: starts[pair + 1] }, WHOLE_PAIR)) continue;
      suspects.push(pair);
    }
    return suspects;
  }

  /** Offset just past the last `&` of the next block, or 0. */
  private lastPairEnd(chunk: Uint8Array, from: number): number {
    return lastIndexOfByte(chunk, AMPERSAND, Math.min(chunk.length, from + this.blockLimitBytes) - 1) + 1;
  }
}
