/**
 * Another way to read a text than as it stands: what a page, a URL or a person downstream would make of it.
 *
 * Owns the port. A reading decodes and says where what it decoded came from; it never looks for anything itself.
 */
import { OffsetMap } from "../edit.ts";
import type { Decoded, DecodeTarget } from "../json/escapes.ts";
import type { Span } from "../span.ts";

export interface Reading {
  /** False when the text certainly reads as it stands. */
  mayChange(text: Uint8Array): boolean;
  /** Opens the reading of one text, which may come in pieces. */
  open(): Decoder;
  /** How the decoded text is read in turn, beside as it stands. */
  readonly inner: readonly Reading[];
  /** Most bytes of the source that stand for one byte, and for nothing beside it: what is held is as much longer. */
  readonly stretch: number;
}

/** What takes the place of a span of the decoded text, and the bytes of its source. */
export interface Replacement {
  readonly bytes: Uint8Array;
  readonly source: Uint8Array;
}

/** Writes a replacement the way the source is written. */
export type Writer = (replacement: Replacement) => Uint8Array;

export interface Decoder {
  /** Decodes what certainly reads so; what it leaves unread comes again, with more behind it. */
  decode(input: Uint8Array, isLast: boolean): Decoded;
  /** The bytes of the source that hold a span of the decoded text. */
  sourceOf(span: Span): Span;
  /** What writes a replacement of that span; stays good after `trim`. */
  writerOf(span: Span): Writer;
  /** Forgets what only decoded offsets before this one need. */
  trim(offset: number): void;
}

/** A stretch that stands for other bytes: what it stands for, and its length. */
export interface Escape {
  readonly bytes: Uint8Array;
  readonly length: number;
}

export interface EscapeRule {
  /** Bytes with which an escape begins. */
  readonly openers: readonly number[];
  /**
   * Reads what may be an escape at `at`: `none`, or `cut` when only what follows the input can tell. `position` is the same
   * place in the whole text.
   */
  read(input: Uint8Array, at: number, position: number): Escape | "none" | "cut";
}

/** A reading that undoes escapes of one kind. */
export function escapeReading(rule: EscapeRule, stretch: number, inner: readonly Reading[] = []): Reading {
  return {
    mayChange: (text) => rule.openers.some((opener) => text.includes(opener)),
    open: () => openEscapes(rule),
    inner,
    stretch,
  };
}

/** The decoder of one text by a rule. */
export function openEscapes(rule: EscapeRule): Decoder {
  return new MappedDecoder((input, target, isLast) => decodeEscapesOf(rule, input, { ...target, isLast }));
}

function decodeEscapesOf(
  rule: EscapeRule,
  input: Uint8Array,
  { map, decodedOffset, encodedOffset, isLast }: DecodeTarget & { readonly isLast: boolean },
): Decoded {
  // No escape stands for more bytes than it has.
  const text = new Uint8Array(input.length);
  let length = 0;
  let at = 0;
  while (at < input.length) {
    const escape = rule.openers.includes(input[at]) ? rule.read(input, at, encodedOffset + at) : "none";
    if (escape === "cut" && !isLast) break;
    if (escape === "cut" || escape === "none") {
      text[length++] = input[at++];
      continue;
    }
    map.add(decodedOffset + length, encodedOffset + at);
    text.set(escape.bytes, length);
    length += escape.bytes.length;
    at += escape.length;
    map.add(decodedOffset + length, encodedOffset + at);
  }
  return { text: text.subarray(0, length), consumed: at };
}

type Decode = (input: Uint8Array, target: DecodeTarget, isLast: boolean) => Decoded;

/** A decoder that keeps a map from what it decoded to where it stood. */
export class MappedDecoder implements Decoder {
  private readonly map = new OffsetMap(0, 0);
  private readonly run: Decode;
  private readonly writer: Writer;
  private decodedOffset = 0;
  private encodedOffset = 0;

  constructor(run: Decode, write = (bytes: Uint8Array): Uint8Array => bytes) {
    this.run = run;
    this.writer = ({ bytes }) => write(bytes);
  }

  decode(input: Uint8Array, isLast: boolean): Decoded {
    const { map, decodedOffset, encodedOffset } = this;
    const decoded = this.run(input, { map, decodedOffset, encodedOffset }, isLast);
    this.decodedOffset += decoded.text.length;
    this.encodedOffset += decoded.consumed;
    return decoded;
  }

  sourceOf({ start, end }: Span): Span {
    return { start: this.map.toEncoded(start), end: this.map.toEncoded(end) };
  }

  writerOf(): Writer {
    return this.writer;
  }

  trim(offset: number): void {
    this.map.trim(offset);
  }
}
