/**
 * Texts of one JSON object that name the values beside them, told before these are masked: a name may stand behind its value.
 *
 * Owns a quick way over the members of an object whose bytes are all at hand. Checks no grammar: who masks it does.
 */
import type { KeyedValues } from "../keyed-values.ts";
import { type PairName, pairName, textOf, withName } from "./level.ts";
import { NAME, roleOf, roleOfText, UNREAD } from "./roles.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Bytes that are read for the objects of one JSON value, by its length: in nested ones each would be read again. */
const READS_LIMIT = 16;

export class ObjectNames {
  private readonly bytes: Uint8Array;
  private readonly keyedValues: KeyedValues;
  private left: number;

  constructor(bytes: Uint8Array, keyedValues: KeyedValues) {
    this.bytes = bytes;
    this.keyedValues = keyedValues;
    this.left = READS_LIMIT * bytes.length;
  }

  /** Those of the object whose bracket is at `open`; empty for none. O(object), 16 times the JSON for all of them. */
  of(open: number): readonly PairName[] {
    const { bytes } = this;
    const limit = Math.min(bytes.length, open + this.left);
    let names: readonly PairName[] = [];
    let objects = 0;
    let arrays = 0;
    let isKey = false;
    let role = 0;
    let at = open;
    for (; at < limit; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) {
        const start = at + 1;
        let hasEscape = false;
        for (at++; at < limit && bytes[at] !== QUOTE; at++) {
          if (bytes[at] !== BACKSLASH) continue;
          hasEscape = true;
          at++;
        }
        if (objects !== 1) continue;
        const text = { bytes, start, end: at, hasEscape };
        if (isKey) {
          role = hasEscape ? UNREAD : roleOf(bytes, start, at, NAME);
          if (role === UNREAD) role = roleOfText(textOf(text));
        } else if ((role & NAME) !== 0) names = withName(names, pairName(text, this.keyedValues));
        isKey = false;
      } else if (byte === COMMA) isKey = objects === 1 && arrays === 0;
      else if (byte === OPEN_BRACKET) arrays++;
      else if (byte === CLOSE_BRACKET) arrays--;
      else if (byte === OPEN_BRACE) isKey = ++objects === 1;
      else if (byte === CLOSE_BRACE && --objects === 0) break;
    }
    this.left -= at - open;
    return names;
  }
}
