/**
 * Whose record it is: the value of one named field.
 *
 * Owns how that field is found, before anything of the record is masked, so that it may stand anywhere in it. Keeps the
 * value as long as the record is masked, and no longer.
 */
import { encodeUtf8 } from "../bytes.ts";
import { OffsetMap } from "../edit.ts";
import { foldSpan } from "../folded-text.ts";
import { decodeEscapes } from "../json/escapes.ts";
import { HAS_ESCAPE, IS_KEY, type JsonVisitor, JsonWalker } from "../json/walker.ts";
import type { RecordReader } from "./operator.ts";

/** Records are as long as their format allows, and no deeper than they are long. */
const LIMITS = { depth: Infinity, tokenBytes: Infinity };

export class SubjectReader implements RecordReader {
  /** As a person reads it; undefined where the record does not say. */
  value: string | undefined;
  private readonly names: readonly string[];
  private readonly isCaseIgnored: boolean;

  /** `path`: names joined by dots. */
  constructor(path: string, isCaseIgnored: boolean) {
    this.isCaseIgnored = isCaseIgnored;
    this.names = path.split(".").map((name) => this.fold(encodeUtf8(name)));
  }

  readJson(record: Uint8Array): void {
    const finder = new ValueFinder(record, this.names, (bytes) => this.fold(bytes));
    const walker = new JsonWalker(finder, LIMITS);
    walker.walk(record, true);
    this.take(walker.fault === undefined ? finder.found : undefined);
  }

  readCells(names: readonly string[], textOf: (index: number) => Uint8Array): void {
    const wanted = this.names.join(".");
    const index = names.findIndex((name) => this.fold(encodeUtf8(name)) === wanted);
    this.take(index < 0 ? undefined : textOf(index));
  }

  clear(): void {
    this.value = undefined;
  }

  private take(bytes: Uint8Array | undefined): void {
    const text = bytes === undefined ? "" : foldSpan(bytes, 0, bytes.length);
    this.value = text === "" ? undefined : text;
  }

  private fold(bytes: Uint8Array): string {
    const folded = foldSpan(bytes, 0, bytes.length);
    return this.isCaseIgnored ? folded.toLowerCase() : folded;
  }
}

/** The last string or number at a path of names. */
class ValueFinder implements JsonVisitor {
  found: Uint8Array | undefined;
  private readonly bytes: Uint8Array;
  private readonly names: readonly string[];
  private readonly fold: (bytes: Uint8Array) => string;
  /** Open objects and arrays, and how many of them, from the outside, lie on the path. */
  private depth = 0;
  private onPath = 0;
  /** The value that comes next has the name that the path goes on with. */
  private isNamed = false;

  constructor(bytes: Uint8Array, names: readonly string[], fold: (bytes: Uint8Array) => string) {
    this.bytes = bytes;
    this.names = names;
    this.fold = fold;
  }

  open(isObject: boolean): void {
    const isOnPath = isObject && (this.depth === 0 || (this.isNamed && this.depth < this.names.length));
    if (isOnPath && this.onPath === this.depth) this.onPath++;
    this.depth++;
    this.isNamed = false;
  }

  close(): void {
    this.depth--;
    this.onPath = Math.min(this.onPath, this.depth);
  }

  string(start: number, end: number, flags: number): void {
    if (this.onPath !== this.depth) return;
    const isName = (flags & IS_KEY) !== 0;
    if (!isName && !this.isNamed) return;
    const text = this.textOf(start, end, (flags & HAS_ESCAPE) !== 0);
    if (isName) this.isNamed = this.fold(text) === this.names[this.depth - 1];
    else this.value(text);
  }

  number(start: number, end: number): void {
    this.value(this.bytes.subarray(start, end));
  }

  literal(): void {
    this.value(undefined);
  }

  private value(text: Uint8Array | undefined): void {
    if (this.isNamed && this.onPath === this.depth && this.depth === this.names.length) this.found = text;
    this.isNamed = false;
  }

  private textOf(start: number, end: number, hasEscape: boolean): Uint8Array {
    const raw = this.bytes.subarray(start, end);
    const target = { map: new OffsetMap(0, 0), decodedOffset: 0, encodedOffset: 0 };
    return hasEscape ? decodeEscapes(raw, target, true).text : raw;
  }
}
