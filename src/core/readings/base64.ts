/**
 * Base64, either alphabet, padded or not: each long enough run of its letters reads as the bytes that it stands for.
 *
 * Owns the runs. A replacement is written in groups of its own, filled up with spaces, so that what stands before and
 * behind it in the run keeps its letters. Bytes that are no UTF-8 hide nothing and are never written.
 */
import { concat, EMPTY, encodeUtf8 } from "../bytes.ts";
import { encodedLength } from "../folded-text.ts";
import type { Decoded } from "../json/escapes.ts";
import type { Span } from "../span.ts";
import { hideInvalidUtf8 } from "../utf8-repair.ts";
import type { Decoder, Reading, Writer } from "./reading.ts";

/** Letters below which a run is a word: twelve bytes hold no value worth the false finds. */
export const RUN_FROM_LETTERS = 16;

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const STANDARD = encodeUtf8(`${LETTERS}+/`);
const URL_SAFE = encodeUtf8(`${LETTERS}-_`);
const NO_LETTER = 64;
const VALUES = new Uint8Array(256).fill(NO_LETTER);
for (const alphabet of [STANDARD, URL_SAFE]) alphabet.forEach((letter, value) => (VALUES[letter] = value));

const PADDING = 0x3d;
const MINUS = 0x2d;
const LOW_LINE = 0x5f;
const SPACE = 0x20;
const GROUP_LETTERS = 4;
const GROUP_BYTES = 3;

export function base64Reading(inner: readonly Reading[]): Reading {
  return { mayChange: hasRun, open: () => new Base64Decoder(), inner, stretch: GROUP_LETTERS / GROUP_BYTES };
}

function hasRun(text: Uint8Array): boolean {
  for (let at = 0, letters = 0; at < text.length; at++) {
    letters = VALUES[text[at]] === NO_LETTER ? 0 : letters + 1;
    if (letters === RUN_FROM_LETTERS) return true;
  }
  return false;
}

/** A stretch of source and what it reads as: side by side, or in groups of four letters and three bytes. */
interface Stretch {
  readonly isRun: boolean;
  readonly decoded: number;
  readonly source: number;
  sourceEnd: number;
}

class Base64Decoder implements Decoder {
  private readonly stretches: Stretch[] = [{ isRun: false, decoded: 0, source: 0, sourceEnd: 0 }];
  private decodedLength = 0;
  /** Bytes of a character that is not whole yet: decoded, and not given out. */
  private rest: Uint8Array = EMPTY;
  private parts: Uint8Array[] = [];

  private get last(): Stretch {
    return this.stretches[this.stretches.length - 1];
  }

  decode(input: Uint8Array, isLast: boolean): Decoded {
    let at = 0;
    for (let isWaiting = false; at < input.length && !isWaiting;) {
      const wasRun = this.last.isRun;
      at = wasRun ? this.readRun(input, at, isLast) : this.readText(input, at, isLast);
      isWaiting = wasRun === this.last.isRun;
    }
    if (isLast && this.last.isRun) this.closeRun();
    return { text: concat(this.parts.splice(0)), consumed: at };
  }

  sourceOf({ start, end }: Span): Span {
    const first = this.stretchAt(start);
    const from = first.isRun ? groupOf(first, start) : first.source + start - first.decoded;
    if (end === start) return { start: from, end: from };
    const last = this.stretchAt(end - 1);
    if (!last.isRun) return { start: from, end: last.source + end - last.decoded };
    // The last group may be short; only padding can make it longer.
    return { start: from, end: Math.min(groupOf(last, end - 1) + GROUP_LETTERS, last.sourceEnd) };
  }

  writerOf({ start, end }: Span): Writer {
    const run = this.stretchAt(start);
    if (!run.isRun || this.stretchAt(end - 1) !== run) return ({ bytes }) => bytes;
    const skipped = (start - run.decoded) % GROUP_BYTES;
    return ({ bytes, source }) => {
      const old = decodeLetters(source);
      const kept = old.subarray(skipped + end - start);
      const short = (skipped + bytes.length + kept.length) % GROUP_BYTES;
      const filling = new Uint8Array(short === 0 ? 0 : GROUP_BYTES - short).fill(SPACE);
      const isUrlSafe = source.includes(MINUS) || source.includes(LOW_LINE);
      return encodeGroups(concat([old.subarray(0, skipped), bytes, filling, kept]), isUrlSafe ? URL_SAFE : STANDARD);
    };
  }

  trim(offset: number): void {
    let drop = 0;
    while (drop + 1 < this.stretches.length && this.stretches[drop + 1].decoded <= offset) drop++;
    this.stretches.splice(0, drop);
  }

  /** The last stretch that begins at or before a decoded offset. */
  private stretchAt(offset: number): Stretch {
    let at = this.stretches.length - 1;
    while (at > 0 && this.stretches[at].decoded > offset) at--;
    return this.stretches[at];
  }

  /** Gives out text up to where a run begins, or may begin; returns where. */
  private readText(input: Uint8Array, from: number, isLast: boolean): number {
    for (let at = from; ;) {
      while (at < input.length && VALUES[input[at]] === NO_LETTER) at++;
      const end = endOfLetters(input, at);
      const isRun = end - at >= RUN_FROM_LETTERS;
      if (isRun || at === input.length || (end === input.length && !isLast)) {
        this.give(input.subarray(from, at));
        this.last.sourceEnd += at - from;
        if (isRun) this.begin(true);
        return at;
      }
      at = end;
    }
  }

  /** Gives out what a run stands for, up to its end or as far as it is known; returns where. */
  private readRun(input: Uint8Array, from: number, isLast: boolean): number {
    const run = this.last;
    const end = endOfLetters(input, from);
    const tail = (end - from) % GROUP_LETTERS;
    const at = end - tail;
    this.giveDecoded(input.subarray(from, at));
    run.sourceEnd += at - from;
    // One letter stands for no byte.
    const paddingLimit = tail < 2 ? 0 : GROUP_LETTERS - tail;
    let behind = end;
    while (behind < end + paddingLimit && input[behind] === PADDING) behind++;
    const isCut = end === input.length || (behind === input.length && behind < end + paddingLimit);
    if (isCut && !isLast) return at;
    const to = tail < 2 ? at : behind;
    if (tail >= 2) this.giveDecoded(input.subarray(at, end));
    run.sourceEnd += to - at;
    this.closeRun();
    return to;
  }

  private begin(isRun: boolean): void {
    const { sourceEnd } = this.last;
    this.stretches.push({ isRun, decoded: this.decodedLength, source: sourceEnd, sourceEnd });
  }

  private closeRun(): void {
    this.give(hideInvalidUtf8(this.rest.slice()));
    this.rest = EMPTY;
    this.begin(false);
  }

  private giveDecoded(letters: Uint8Array): void {
    const bytes = concat([this.rest, decodeLetters(letters)]);
    const whole = bytes.length - cutCharacterLength(bytes);
    this.rest = bytes.slice(whole);
    this.give(hideInvalidUtf8(bytes.slice(0, whole)));
  }

  private give(text: Uint8Array): void {
    this.parts.push(text);
    this.decodedLength += text.length;
  }
}

/** Where in the source the group begins that holds a decoded byte. */
function groupOf(run: Stretch, offset: number): number {
  return run.source + Math.floor((offset - run.decoded) / GROUP_BYTES) * GROUP_LETTERS;
}

function endOfLetters(input: Uint8Array, from: number): number {
  let at = from;
  while (at < input.length && VALUES[input[at]] !== NO_LETTER) at++;
  return at;
}

/** Bytes at the end of a character whose other bytes may follow. */
function cutCharacterLength(bytes: Uint8Array): number {
  for (let length = 1; length <= 3 && length <= bytes.length; length++) {
    const byte = bytes[bytes.length - length];
    if ((byte & 0xc0) !== 0x80) return encodedLength(byte) > length ? length : 0;
  }
  return 0;
}

/** What letters stand for; padding and a last letter that stands for no byte count for nothing. */
function decodeLetters(letters: Uint8Array): Uint8Array {
  const bytes: number[] = [];
  let bits = 0;
  let count = 0;
  for (const letter of letters) {
    if (letter === PADDING) break;
    bits = ((bits << 6) | VALUES[letter]) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push((bits >> count) & 0xff);
  }
  return Uint8Array.from(bytes);
}

function encodeGroups(bytes: Uint8Array, alphabet: Uint8Array): Uint8Array {
  const letters = new Uint8Array((bytes.length / GROUP_BYTES) * GROUP_LETTERS);
  for (let from = 0, to = 0; from < bytes.length; from += GROUP_BYTES) {
    const bits = (bytes[from] << 16) | (bytes[from + 1] << 8) | bytes[from + 2];
    for (let shift = 18; shift >= 0; shift -= 6) letters[to++] = alphabet[(bits >> shift) & 63];
  }
  return letters;
}
