/**
 * `application/x-www-form-urlencoded`: pairs of name and value, masked in place.
 *
 * Owns percent-encoding and `+`, read as URLSearchParams reads them. A pair is a record; its name is a text of its own
 * and the key of its value. Pairs in which nothing is found keep their bytes.
 */
import { indexOfByte } from "../native-bytes.ts";
import { EMPTY } from "../bytes.ts";
import { dropOf, isMark } from "../drops.ts";
import { type Edit, encodeEdits, OffsetMap } from "../edit.ts";
import { NOWHERE_SPECIAL } from "../field-rules.ts";
import { foldSpan, hexValue } from "../folded-text.ts";
import type { Policy } from "../policy.ts";
import type { Output } from "./format-masker.ts";
import { type HeldText, heldTextEdits } from "../json/editor.ts";
import { AMPERSAND, EQUALS, PERCENT, PLUS, SPACE } from "./form-block.ts";
import { heldField } from "./field-of-form.ts";
import type { RecordFormat } from "./record.ts";
import { hideInvalidUtf8 } from "../utf8-repair.ts";

const SEPARATOR = Uint8Array.of(AMPERSAND);
/** How the name of a pair is held: a text of its own, all of a document where somebody sent JSON as a form. */
export const FORM_NAME: HeldText = { key: "", nesting: 0, mayTell: false, at: NOWHERE_SPECIAL };

export class FormFormat implements RecordFormat {
  protected readonly policy: Policy;
  /** Where pairs may be dropped: what separates the last one written from the next. */
  private separator = EMPTY;

  constructor(policy: Policy) {
    this.policy = policy;
  }

  findEnd(chunk: Uint8Array, from: number): number {
    return indexOfByte(chunk, AMPERSAND, from) + 1 || -1;
  }

  mask(record: Uint8Array, output: Output): void {
    const edits = this.pairEdits(record);
    if (this.policy.drops?.field === true) this.writeOrDrop(record, edits, output);
    else output.writeEdited(record, edits);
  }

  private writeOrDrop(record: Uint8Array, edits: readonly Edit[], output: Output): void {
    const drop = dropOf(edits, EMPTY);
    if (drop !== undefined) {
      output.writeReplacement(drop.entity, drop.bytes);
      return;
    }
    const isEnded = record.at(-1) === AMPERSAND;
    output.write(this.separator);
    output.writeEdited(isEnded ? record.subarray(0, -1) : record, edits);
    if (isEnded) this.separator = SEPARATOR;
  }

  maskUnfinished(record: Uint8Array, output: Output): void {
    this.mask(record, output);
  }

  /** Edits of one pair, its `&` included. */
  pairEdits(pair: Uint8Array): readonly Edit[] {
    const end = pair.at(-1) === AMPERSAND ? pair.length - 1 : pair.length;
    const equals = indexOfByte(pair, EQUALS);
    const nameEnd = equals < 0 ? end : equals;
    const name = decodeFormText(pair, 0, nameEnd);
    const edits = encodeEdits(heldTextEdits(this.policy, name.text, FORM_NAME), name.map, encodeFormText);
    if (equals < 0 && this.policy.drops === undefined) return edits;
    const value = decodeFormText(pair, Math.min(nameEnd + 1, end), end);
    const held = heldField(this.policy, foldSpan(name.text, 0, name.text.length));
    return [...edits, ...encodeEdits(this.valueEdits(value.text, held), value.map, encodeFormText)];
  }

  /** Edits of a value as it reads. */
  protected valueEdits(text: Uint8Array, held: HeldText): readonly Edit[] {
    return heldTextEdits(this.policy, text, held);
  }
}

interface Decoded {
  readonly text: Uint8Array;
  readonly map: OffsetMap;
}

/** One round of decoding. Bytes that make no character become NUL, so that offsets stay true. */
export function decodeFormText(bytes: Uint8Array, start: number, end: number): Decoded {
  const map = new OffsetMap(0, start);
  const text = new Uint8Array(end - start);
  let length = 0;
  for (let at = start; at < end; length++) {
    const value = bytes[at] === PERCENT && at + 2 < end ? hexValue(bytes[at + 1]) * 16 + hexValue(bytes[at + 2]) : -1;
    const isEscape = value >= 0 && hexValue(bytes[at + 1]) >= 0 && hexValue(bytes[at + 2]) >= 0;
    if (isEscape) {
      map.add(length, at);
      text[length] = value;
      at += 3;
      map.add(length + 1, at);
    } else {
      text[length] = bytes[at] === PLUS ? SPACE : bytes[at];
      at++;
    }
  }
  return { text: hideInvalidUtf8(text.subarray(0, length)), map };
}

/** The bytes of a text as URLSearchParams writes them. */
export function encodeFormText(text: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (const byte of text) {
    if (byte === SPACE) out.push(PLUS);
    else if (isUnreserved(byte) || isMark(byte)) out.push(byte);
    else out.push(PERCENT, hexDigit(byte >> 4), hexDigit(byte & 15));
  }
  return Uint8Array.from(out);
}

/** The application/x-www-form-urlencoded percent-encode set of the URL standard leaves these. */
function isUnreserved(byte: number): boolean {
  const letter = byte | 0x20;
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (letter >= 0x61 && letter <= 0x7a) ||
    byte === 0x2a ||
    byte === 0x2d ||
    byte === 0x2e ||
    byte === 0x5f
  );
}

function hexDigit(value: number): number {
  return value < 10 ? 0x30 + value : 0x37 + value;
}
