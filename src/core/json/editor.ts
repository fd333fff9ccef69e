/**
 * Masks JSON in place: strings, keys and numbers give way to edits, everything else keeps its bytes.
 *
 * Owns which field a text belongs to and how a replacement is written there. Works on tokens as the walker
 * shows them, so it serves whole records and endless documents alike.
 */
import { concat, EMPTY, encodeUtf8 } from "../bytes.ts";
import { applyEdits, type Edit, encodeEdits, OffsetMap } from "../edit.ts";
import { isClean } from "../finder.ts";
import { foldSpan } from "../folded-text.ts";
import type { Policy } from "../policy.ts";
import { escapedTextEdits, textEdits, valueEdits } from "../text-edits.ts";
import { decodeEscapes, encodeJsonText } from "./escapes.ts";
import { HAS_ESCAPE, IS_KEY, type JsonFault, isJsonSpace, type JsonVisitor, JsonWalker } from "./walker.ts";

interface Level {
  /** Where the name of the field that is being read stands; arrays inherit theirs. */
  keyBytes: Uint8Array;
  keyStart: number;
  keyEnd: number;
  hasKeyEscape: boolean;
  /** The name may be one that tells a value. */
  mayTell: boolean;
  maskedKeys: number;
}

const NO_LEVEL: Level = { keyBytes: EMPTY, keyStart: 0, keyEnd: 0, hasKeyEscape: false, mayTell: false, maskedKeys: 0 };

const QUOTE = Uint8Array.of(0x22);

export interface EditorOptions {
  /** How many JSON strings deep this JSON is. */
  readonly nesting?: number;
  /** Offsets at which matches end in the bytes of the one walk, in order, when that is known already. */
  readonly places?: readonly number[] | undefined;
}

export class JsonEditor implements JsonVisitor {
  /** Edits of the tokens walked so far; the caller empties the list. Offsets count from the bytes given to `walk`. */
  edits: Edit[] = [];

  private readonly policy: Policy;
  private readonly nesting: number;
  private readonly places: readonly number[] | undefined;
  private nextPlace = 0;
  private readonly walker: JsonWalker;
  private readonly levels: Level[] = [{ ...NO_LEVEL }];
  private level: Level = this.levels[0];
  private bytes: Uint8Array = EMPTY;

  constructor(policy: Policy, options: EditorOptions = {}) {
    this.policy = policy;
    this.nesting = options.nesting ?? 0;
    this.places = options.places;
    this.walker = new JsonWalker(this, {
      depth: policy.limits.jsonDepthLimit,
      tokenBytes: policy.limits.lineLimitBytes,
    });
  }

  get fault(): JsonFault | undefined {
    return this.walker.fault;
  }

  /** As JsonWalker.walk; `edits` then holds what to replace in the bytes that were read. */
  walk(bytes: Uint8Array, isLast: boolean): number {
    this.bytes = bytes;
    return this.walker.walk(bytes, isLast);
  }

  /** Lets go of the bytes of the last walk; open objects keep a copy of their field's name. */
  forget(): void {
    this.bytes = EMPTY;
    for (const level of this.levels) {
      level.keyBytes = level.keyBytes.slice(level.keyStart, level.keyEnd);
      level.keyEnd -= level.keyStart;
      level.keyStart = 0;
    }
  }

  open(): void {
    const { keyBytes, keyStart, keyEnd, hasKeyEscape, mayTell } = this.level;
    this.level = { keyBytes, keyStart, keyEnd, hasKeyEscape, mayTell, maskedKeys: 0 };
    this.levels.push(this.level);
  }

  close(): void {
    this.levels.pop();
    this.level = this.levels[this.levels.length - 1];
  }

  string(start: number, end: number, flags: number): void {
    if ((flags & IS_KEY) !== 0) this.enterField(start, end, (flags & HAS_ESCAPE) !== 0);
    const isTold = (flags & IS_KEY) === 0 && this.level.mayTell;
    if (isTold || (flags & HAS_ESCAPE) !== 0 || !this.isClean(start, end)) this.maskString(start, end, flags);
  }

  private enterField(start: number, end: number, hasEscape: boolean): void {
    const { level } = this;
    level.keyBytes = this.bytes;
    level.keyStart = start;
    level.keyEnd = end;
    level.hasKeyEscape = hasEscape;
    level.mayTell = hasEscape || this.policy.keyedValues.mayName(this.bytes, start, end);
  }

  private maskString(start: number, end: number, flags: number): void {
    const raw = this.bytes.subarray(start, end);
    const map = new OffsetMap(0, start);
    const hasEscape = (flags & HAS_ESCAPE) !== 0;
    const text = hasEscape ? decodeEscapes(raw, { map, decodedOffset: 0, encodedOffset: start }, true).text : raw;
    const isKey = (flags & IS_KEY) !== 0;
    const { mayTell } = this.level;
    const held = { key: isKey ? "" : this.keyText(), nesting: this.nesting, mayTell: mayTell && !isKey };
    const edits = heldTextEdits(this.policy, text, held);
    const encode = isKey ? (bytes: Uint8Array) => encodeJsonText(this.distinctKey(bytes)) : encodeJsonText;
    this.edits.push(...encodeEdits(edits, map, encode));
  }

  number(start: number, end: number): void {
    if (!this.level.mayTell && this.isClean(start, end)) return;
    const text = this.bytes.subarray(start, end);
    const field = { key: this.keyText(), kind: "number" } as const;
    const edits = this.level.mayTell ? valueEdits(this.policy, text, field) : textEdits(this.policy, text, field.key);
    if (edits.length === 0) return;
    // A number that is masked becomes a string: the document stays valid.
    const bytes = concat([QUOTE, encodeJsonText(applyEdits(text, edits)), QUOTE]);
    this.edits.push({ start, end, bytes, entity: edits[0].entity });
  }

  /** True when no match ends in the token; tokens come in order. */
  private isClean(start: number, end: number): boolean {
    const { places } = this;
    if (places === undefined) return isClean(this.policy.engine, this.bytes, { start, end });
    while (this.nextPlace < places.length && places[this.nextPlace] <= start) this.nextPlace++;
    return this.nextPlace === places.length || places[this.nextPlace] > end;
  }

  private keyText(): string {
    const { keyBytes, keyStart, keyEnd, hasKeyEscape } = this.level;
    if (!hasKeyEscape) return foldSpan(keyBytes, keyStart, keyEnd);
    const map = new OffsetMap(0, 0);
    const { text } = decodeEscapes(
      keyBytes.subarray(keyStart, keyEnd),
      { map, decodedOffset: 0, encodedOffset: 0 },
      true,
    );
    return foldSpan(text, 0, text.length);
  }

  // Two masked keys of one object must not overwrite each other.
  private distinctKey(bytes: Uint8Array): Uint8Array {
    const { level } = this;
    level.maskedKeys++;
    return level.maskedKeys === 1 ? bytes : concat([bytes, encodeUtf8(`#${level.maskedKeys}`)]);
  }
}

export interface JsonEdits {
  readonly edits: readonly Edit[];
  readonly fault: JsonFault | undefined;
}

/** Edits of one whole JSON value, or the fault that says why it is none. */
export function editJson(policy: Policy, bytes: Uint8Array, options: EditorOptions = {}): JsonEdits {
  const editor = new JsonEditor(policy, options);
  editor.walk(bytes, true);
  return { edits: editor.edits, fault: editor.fault };
}

export interface HeldText {
  /** The name of the field that holds the text. */
  readonly key: string;
  /** How many texts deep the holder is. */
  readonly nesting: number;
  /** False when it is known that the name alone tells nothing. */
  readonly mayTell: boolean;
}

/**
 * Edits of a text that something else holds (a JSON string, a cell, a form field): one JSON object or array is masked as
 * such, down to `nestedJsonDepth`. What is deeper, or only looks like JSON, is text in which escapes are read, so that
 * neither depth nor broken JSON hides anything.
 */
export function heldTextEdits(policy: Policy, text: Uint8Array, { key, nesting, mayTell }: HeldText): readonly Edit[] {
  if (mayTell && policy.keyedValues.isNamed(key)) return valueEdits(policy, text, { key, kind: "text" });
  if (!looksLikeJson(text)) return textEdits(policy, text, key);
  if (nesting < policy.limits.nestedJsonDepth) {
    const { edits, fault } = editJson(policy, text, { nesting: nesting + 1 });
    if (fault === undefined) return edits;
  }
  return escapedTextEdits(policy, text, { encode: encodeJsonText, key });
}

/** True when the first visible byte opens an object or array. */
export function looksLikeJson(text: Uint8Array): boolean {
  const first = text.find((byte) => !isJsonSpace(byte));
  return first === 0x7b || first === 0x5b;
}
