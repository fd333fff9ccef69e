/**
 * What masking did to one stream, for whoever sent it: told at the end of the answer, when asked for.
 *
 * Owns the counts and how a last record says them. Names of the policy and numbers only: no value, and nothing that grows
 * with the stream.
 */
import type { Context } from "hono";
import { type Format, type MaskObserver, type Policy, StreamError } from "../../core/index.ts";
import { concat, encodeUtf8 } from "../../core/bytes.ts";
import { alsoObserved } from "./mask-counts.ts";

/** Entities that are named, the first ones found; a policy may have detectors without end, a header may not. */
export const NAMED_ENTITIES = 64;
const LF = 10;
const CR = 13;

/** What stands around the counts in the last record, where one can be told from the others. */
const AROUND: Partial<Record<Format, readonly [string, string]>> = {
  // A comment, and no empty line behind it: that would dispatch what the stream left open.
  sse: [": maskwire.findings ", "\n"],
  ndjson: ['{"maskwire.findings":', "}\n"],
  "json-seq": ['\x1e{"maskwire.findings":', "}\n"],
};

export interface ReportAsked {
  readonly format: Format;
  /** The query parameter; undefined without one. */
  readonly findings: string | undefined;
}

/** What a request asks for; undefined when nothing. @throws StreamError `FINDINGS_FORM`. */
export type OpenReport = (context: Context, asked: ReportAsked) => FindingsReport | undefined;

export class FindingsReport implements MaskObserver {
  readonly #findings: Record<string, Record<string, number>> = {};
  readonly #refused: Record<string, number> = {};
  readonly #around: readonly [string, string] | undefined;
  #named = 0;
  #others = 0;
  #heldBytesMax = 0;
  #lastByte = LF;

  /**
   * With `findings` the answer ends with a record of ours.
   * @throws StreamError `FINDINGS_FORM` for another word than `inline`, or a format that has no such record.
   */
  constructor({ format, findings }: ReportAsked) {
    if (findings === undefined) return;
    this.#around = findings === "inline" ? AROUND[format] : undefined;
    if (this.#around === undefined) throw new StreamError("FINDINGS_FORM");
  }

  masked(entity: string, operator: string, count: number): void {
    if (!(entity in this.#findings) && this.#named++ < NAMED_ENTITIES) this.#findings[entity] = {};
    const counts = this.#findings[entity];
    if (counts === undefined) this.#others += count;
    else counts[operator] = (counts[operator] ?? 0) + count;
  }

  invalid(reason: string): void {
    this.#refused[reason] = (this.#refused[reason] ?? 0) + 1;
  }

  truncated(): void {
    this.invalid("TRUNCATED");
  }

  /** The policy for a stream that is reported. */
  watch(policy: Policy): Policy {
    return alsoObserved(policy, this);
  }

  /** Sees what leaves next, and how much does not yet. */
  pass(bytes: Uint8Array, heldBytes: number): Uint8Array {
    this.#heldBytesMax = Math.max(this.#heldBytesMax, heldBytes);
    this.#lastByte = bytes.at(-1) ?? this.#lastByte;
    return bytes;
  }

  /** What leaves last, with our record behind it. */
  end(bytes: Uint8Array): Uint8Array {
    if (this.#around === undefined) return bytes;
    this.pass(bytes, 0);
    const [before, behind] = this.#around;
    const isLineOpen = this.#lastByte !== LF && this.#lastByte !== CR;
    return concat([bytes, encodeUtf8((isLineOpen ? "\n" : "") + before + this.text + behind)]);
  }

  /** One line of JSON in ASCII. */
  get text(): string {
    return JSON.stringify({
      findings: this.#findings,
      others: this.#others,
      heldBytesMax: this.#heldBytesMax,
      refused: this.#refused,
    });
  }
}
