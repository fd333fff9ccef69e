/**
 * The texts of one JSON value as a person would read them out, and the way back into its bytes.
 *
 * Owns which names and values are shown to a detector that knows no JSON. What a path of the policy keeps is not, and
 * neither is what a path has hidden.
 */
import { concat, encodeUtf8 } from "../bytes.ts";
import { type Edit, encodeEdits, OffsetMap } from "../edit.ts";
import { type FieldPlace, joinedBy } from "../field-rules.ts";
import { foldSpan } from "../folded-text.ts";
import { quoted, sameShape } from "../json/masked-number.ts";
import { decodeEscapes, encodeJsonText } from "../json/escapes.ts";
import { HAS_ESCAPE, IS_KEY, type JsonVisitor, JsonWalker } from "../json/walker.ts";
import type { Policy } from "../policy.ts";

/** A stretch of the text that was shown, and where it came from. */
export interface Segment {
  /** Offset in the text that was shown. */
  readonly start: number;
  readonly text: Uint8Array;
  /** A name is only changed by a finding that lies within it: next to a value it is context. */
  readonly isName: boolean;
  /** Edits of `text` as edits of the record. */
  toEdits(edits: readonly Edit[]): readonly Edit[];
}

export interface ShownText {
  readonly text: Uint8Array;
  readonly segments: readonly Segment[];
}

interface Level {
  readonly container: FieldPlace;
  place: FieldPlace;
  /** Number of the next element; -1 where there are none. */
  element: number;
  maskedNames: number;
}

const NAME_END = encodeUtf8(": ");
const LINE_END = encodeUtf8("\n");

/** Undefined when the bytes are not one JSON value. O(record). */
export function readJsonTexts(policy: Policy, record: Uint8Array): ShownText | undefined {
  const reader = new JsonTexts(policy, record);
  const { jsonDepthLimit: depth, lineLimitBytes: tokenBytes } = policy.limits;
  const walker = new JsonWalker(reader, { depth, tokenBytes });
  walker.walk(record, true);
  return walker.fault === undefined ? reader.shown : undefined;
}

class JsonTexts implements JsonVisitor {
  private readonly policy: Policy;
  private readonly bytes: Uint8Array;
  private readonly parts: Uint8Array[] = [];
  private readonly segments: Segment[] = [];
  private readonly levels: Level[] = [];
  private level: Level;
  private length = 0;

  constructor(policy: Policy, bytes: Uint8Array) {
    this.policy = policy;
    this.bytes = bytes;
    const { root } = policy.fields;
    this.level = { container: root, place: root, element: -1, maskedNames: 0 };
    this.levels.push(this.level);
  }

  get shown(): ShownText {
    return { text: concat(this.parts), segments: this.segments };
  }

  open(isObject: boolean): void {
    this.enterElement();
    const { place } = this.level;
    this.level = { container: place, place, element: isObject ? -1 : 0, maskedNames: 0 };
    this.levels.push(this.level);
  }

  close(): void {
    this.levels.pop();
    this.level = this.levels[this.levels.length - 1];
  }

  string(start: number, end: number, flags: number): void {
    const isName = (flags & IS_KEY) !== 0;
    const raw = this.bytes.subarray(start, end);
    const map = new OffsetMap(0, start);
    const hasEscape = (flags & HAS_ESCAPE) !== 0;
    const text = hasEscape ? decodeEscapes(raw, { map, decodedOffset: 0, encodedOffset: start }, true).text : raw;
    const { level } = this;
    if (isName) level.place = this.policy.fields.field(level.container, foldSpan(text, 0, text.length));
    else this.enterElement();
    if (!isName && !this.isShown) return;
    const encode = isName ? (bytes: Uint8Array) => encodeJsonText(distinct(level, bytes)) : encodeJsonText;
    const toEdits = (edits: readonly Edit[]): readonly Edit[] => encodeEdits(edits, map, encode);
    this.show(isName ? NAME_END : LINE_END, { text, isName, toEdits });
  }

  number(start: number, end: number): void {
    this.enterElement();
    if (!this.isShown) return;
    const text = this.bytes.subarray(start, end);
    const toEdits = ([first]: readonly Edit[]): Edit[] => {
      const bytes = this.policy.numbers === "shape" ? sameShape(text) : quoted(first.bytes);
      return [{ start, end, bytes, entity: first.entity }];
    };
    this.show(LINE_END, { text, isName: false, toEdits });
  }

  literal(): void {
    this.enterElement();
  }

  private get isShown(): boolean {
    const { verdict } = this.level.place;
    return verdict === "look" || joinedBy(verdict) !== undefined;
  }

  private enterElement(): void {
    const { level } = this;
    if (level.element < 0) return;
    level.place = this.policy.fields.element(level.container, level.element);
    level.element++;
  }

  private show(end: Uint8Array, segment: Omit<Segment, "start">): void {
    this.segments.push({ start: this.length, ...segment });
    this.parts.push(segment.text, end);
    this.length += segment.text.length + end.length;
  }
}

/** Masked names of one object must not overwrite each other, nor those that were masked before. */
function distinct(level: Level, bytes: Uint8Array): Uint8Array {
  level.maskedNames++;
  return concat([bytes, encodeUtf8(`#r${level.maskedNames}`)]);
}
