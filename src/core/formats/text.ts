/**
 * Plain text: the bytes are the text.
 *
 * Owns nothing but the way from findings to output. EscapedText reads JSON escapes as the characters they stand
 * for; it masks what claims to be JSON and is not, so that `\u0040` hides nothing there either.
 */
import { ByteQueue } from "../bytes.ts";
import { OffsetMap } from "../edit.ts";
import { decodeEscapes, encodeJsonText } from "../json/escapes.ts";
import type { Policy } from "../policy.ts";
import { openFinder, type TextFinder } from "../readings/reading-finder.ts";
import { replacementOf } from "../text-edits.ts";
import { type FormatMasker, Output } from "./format-masker.ts";

export class TextMasker implements FormatMasker {
  private readonly policy: Policy;
  private readonly finder: TextFinder;
  private readonly output: Output;
  private released = 0;

  constructor(policy: Policy) {
    this.policy = policy;
    this.finder = openFinder(policy);
    this.output = new Output(policy);
  }

  get heldBytes(): number {
    return this.finder.heldBytes;
  }

  push(chunk: Uint8Array): Uint8Array {
    this.finder.push(chunk);
    return this.release();
  }

  flush(): Uint8Array {
    this.finder.end();
    return this.release();
  }

  private release(): Uint8Array {
    const { finder, output } = this;
    for (const found of finder.found.splice(0)) {
      output.write(finder.slice(this.released, found.start));
      output.writeReplacement(found.entity, replacementOf(this.policy, found));
      this.released = found.end;
    }
    if (finder.clearTo > this.released) {
      output.write(finder.slice(this.released, finder.clearTo));
      this.released = finder.clearTo;
    }
    finder.forget();
    return output.take();
  }
}

export class EscapedTextMasker implements FormatMasker {
  private readonly policy: Policy;
  private readonly finder: TextFinder;
  private readonly output: Output;
  private readonly map = new OffsetMap(0, 0);
  /** Raw bytes from `released` on, and how many of them have been decoded. */
  private readonly raw = new ByteQueue();
  private released = 0;
  private decodedTo = 0;
  private decodedLength = 0;

  constructor(policy: Policy, key = "") {
    this.policy = policy;
    this.finder = openFinder(policy, key);
    this.output = new Output(policy);
  }

  get heldBytes(): number {
    return this.raw.length;
  }

  push(chunk: Uint8Array): Uint8Array {
    if (chunk.length === 0) return chunk;
    this.raw.append(chunk);
    this.decode(false);
    return this.release();
  }

  flush(): Uint8Array {
    this.decode(true);
    this.finder.end();
    return this.release();
  }

  private decode(isLast: boolean): void {
    const target = { map: this.map, decodedOffset: this.decodedLength, encodedOffset: this.decodedTo };
    const { text, consumed } = decodeEscapes(this.raw.bytes.subarray(this.decodedTo - this.released), target, isLast);
    this.decodedTo += consumed;
    this.decodedLength += text.length;
    this.finder.push(text);
    this.finder.forget();
  }

  private release(): Uint8Array {
    const { finder, output, map } = this;
    for (const found of finder.found.splice(0)) {
      const end = map.toEncoded(found.end);
      this.copyTo(map.toEncoded(found.start));
      output.writeReplacement(found.entity, encodeJsonText(replacementOf(this.policy, found)));
      this.raw.consume(end - this.released);
      this.released = end;
    }
    this.copyTo(map.toEncoded(finder.clearTo));
    map.trim(finder.clearTo);
    return output.take();
  }

  private copyTo(position: number): void {
    if (position <= this.released) return;
    this.output.write(this.raw.bytes.subarray(0, position - this.released));
    this.raw.consume(position - this.released);
    this.released = position;
  }
}
