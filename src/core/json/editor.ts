/**
 * Masks JSON in place: strings, keys and numbers give way to edits, everything else keeps its bytes.
 *
 * Owns which field a text belongs to and how a replacement is written there. Works on tokens as the walker
 * shows them, so it serves whole records and endless documents alike.
 */
import { concat, encodeUtf8 } from "../bytes.ts";
import { applyEdits, type Edit, OffsetMap } from "../edit.ts";
import { findIn, type FoundText } from "../finder.ts";
import { isClean } from "../finder.ts";
import { foldSpan } from "../folded-text.ts";
import type { Policy } from "../policy.ts";
import { decodeEscapes, encodeJsonText } from "./escapes.ts";
import { type JsonFault, type JsonVisitor, JsonWalker } from "./walker.ts";

interface Span {
  readonly start: number;
  readonly end: number;
}

interface Level {
  /** Name of the field that is being read, as it stands in the input; arrays inherit theirs. */
  key: Uint8Array;
  maskedKeys: number;
}

/** JSON inside a JSON string is walked this many levels deep; deeper it is text. */
const NESTED_DEPTH_LIMIT = 2;
const NO_KEY = new Uint8Array(0);
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
  private readonly levels: Level[] = [{ key: NO_KEY, maskedKeys: 0 }];
  private bytes: Uint8Array = NO_KEY;

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

  open(): void {
    this.levels.push({ key: this.level.key, maskedKeys: 0 });
  }

  close(): void {
    this.levels.pop();
  }

  string(span: Span, info: { readonly isKey: boolean; readonly hasEscape: boolean }): void {
    if (info.isKey) this.level.key = this.bytes.subarray(span.start, span.end);
    if (!info.hasEscape && this.isClean(span)) return;
    const map = new OffsetMap(0, span.start);
    const raw = this.bytes.subarray(span.start, span.end);
    const text = info.hasEscape
      ? decodeEscapes(raw, { map, decodedOffset: 0, encodedOffset: span.start }, true).text
      : raw;
    const edits = this.textEdits(text, info.isKey ? "" : this.keyText());
    for (const edit of edits) {
      const bytes = info.isKey ? this.distinctKey(edit.bytes) : edit.bytes;
      this.edits.push({
        ...edit,
        start: map.toEncoded(edit.start),
        end: map.toEncoded(edit.end),
        bytes: encodeJsonText(bytes),
      });
    }
  }

  number(span: Span): void {
    if (this.isClean(span)) return;
    const text = this.bytes.subarray(span.start, span.end);
    const edits = this.foundEdits(findIn(this.policy.engine, text, this.keyText()));
    if (edits.length === 0) return;
    // A number that is masked becomes a string: the document stays valid.
    const bytes = concat([QUOTE, encodeJsonText(applyEdits(text, edits)), QUOTE]);
    this.edits.push({ ...span, bytes, entity: edits[0].entity });
  }

  /** True when no match ends in the token; spans come in order. */
  private isClean(span: Span): boolean {
    const { places } = this;
    if (places === undefined) return isClean(this.policy.engine, this.bytes, span);
    while (this.nextPlace < places.length && places[this.nextPlace] <= span.start) this.nextPlace++;
    return this.nextPlace === places.length || places[this.nextPlace] > span.end;
  }

  private get level(): Level {
    return this.levels.at(-1) as Level;
  }

  private keyText(): string {
    const { key } = this.level;
    return foldSpan(key, 0, key.length);
  }

  private textEdits(text: Uint8Array, key: string): readonly Edit[] {
    if (this.nesting < NESTED_DEPTH_LIMIT && looksLikeJson(text)) {
      const nested = editJson(this.policy, text, { nesting: this.nesting + 1 });
      if (nested.fault === undefined) return nested.edits;
    }
    return this.foundEdits(findIn(this.policy.engine, text, key));
  }

  private foundEdits(found: readonly FoundText[]): Edit[] {
    return found.map((finding) => ({
      start: finding.start,
      end: finding.end,
      bytes: this.policy.replace(finding),
      entity: finding.entity,
    }));
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

/** True when the first visible byte opens an object or array. */
export function looksLikeJson(text: Uint8Array): boolean {
  const first = text.find((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  return first === 0x7b || first === 0x5b;
}
