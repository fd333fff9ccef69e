/**
 * An object or array that is open, and which names tell the value that is being read in it.
 *
 * Owns what is kept of it: spans of bytes, which are made texts only for a value that somebody has to look at. Reads no JSON
 * and decides nothing.
 */
import { EMPTY } from "../bytes.ts";
import { OffsetMap } from "../edit.ts";
import type { FieldPlace } from "../field-rules.ts";
import { foldSpan } from "../folded-text.ts";
import { decodeEscapes } from "./escapes.ts";
import type { KeyedValues } from "../keyed-values.ts";
import { HOLDS_VALUE, INHERITED, LOOSE, NAME, NAMES_NEXT, PAIRED, VALUE, WRAPPED } from "./roles.ts";
import { isJsonSpace } from "./walker.ts";

const COLON = 0x3a;

export const NO_ELEMENT = -1;

/** Names that count of one object, the last ones; and how long each may be, as it is written. */
const NAMES_LIMIT = 8;
const NAME_LIMIT_BYTES = 256;

/** A text of the JSON, which may hold escapes. */
export interface NameText {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly hasEscape: boolean;
}

/** A text that names the values beside it. */
export interface PairName extends NameText {
  /** It may be one that tells a value. */
  readonly mayTell: boolean;
}

export interface Level {
  /** Where the name of the field that is being read stands; arrays inherit theirs. */
  keyBytes: Uint8Array;
  keyStart: number;
  keyEnd: number;
  hasKeyEscape: boolean;
  /** What a field of this name holds, and what the name may say. */
  role: number;
  signs: number;
  /** The name may be one that tells a value, or those may that tell in its place. */
  mayTell: boolean;
  /** What the name tells in this object, written as a name that tells it anywhere; undefined when it tells no more. */
  told: string | undefined;
  /** The name of the object, where those of its fields may tell more in it; else "". */
  owner: string;
  maskedKeys: number;
  /** Place of the object or array itself, and of the value that is being read. */
  container: FieldPlace;
  place: FieldPlace;
  /** Number of the next element; NO_ELEMENT in an object. */
  element: number;
  /** Offset of the bracket in the bytes that were walked then. */
  at: number;
  /** Texts that name the values beside them. */
  names: readonly PairName[] | undefined;
}

// Written out: spreading an object costs more than a short record.
export function topLevel(place: FieldPlace): Level {
  return {
    keyBytes: EMPTY,
    keyStart: 0,
    keyEnd: 0,
    hasKeyEscape: false,
    role: 0,
    signs: 0,
    mayTell: false,
    told: undefined,
    owner: "",
    maskedKeys: 0,
    container: place,
    place,
    element: NO_ELEMENT,
    at: 0,
    names: undefined,
  };
}

/** An object that opens as the value that is being read in another one, or in an array. */
export function objectIn(level: Level, at: number, owner: string): Level {
  const object = levelIn(level, at, level.role & INHERITED);
  object.owner = owner;
  return object;
}

/** An array that does. One in an array may be a name and its value. */
export function arrayIn(level: Level, at: number): Level {
  const { role, element } = level;
  const mayPair = (role & HOLDS_VALUE) === 0 && element !== NO_ELEMENT;
  const array = levelIn(level, at, (role & INHERITED) | (mayPair ? PAIRED : 0));
  array.element = 0;
  return array;
}

function levelIn(around: Level, at: number, role: number): Level {
  const { keyBytes, keyStart, keyEnd, hasKeyEscape, signs, mayTell, told, place } = around;
  return {
    keyBytes,
    keyStart,
    keyEnd,
    hasKeyEscape,
    role,
    signs,
    mayTell,
    told,
    owner: "",
    maskedKeys: 0,
    container: place,
    place,
    element: NO_ELEMENT,
    at,
    names: undefined,
  };
}

/** The next element of an array begins of which the first is a name and the second its value. */
export function turnPair(level: Level, around: Level): void {
  const isValue = (level.role & NAMES_NEXT) !== 0 && level.names !== undefined;
  const isName = (level.role & (VALUE | NAMES_NEXT)) === 0;
  level.mayTell = around.mayTell || (isValue && mayTellIn(level));
  level.role = (level.role & NAME) | (isValue ? PAIRED | VALUE | LOOSE : isName ? PAIRED | NAMES_NEXT : 0);
}

export function mayTellIn({ names }: Level): boolean {
  return names?.some(({ mayTell }) => mayTell) === true;
}

/** Lets go of the bytes that were walked, and keeps the names. */
export function keepNames(level: Level): void {
  level.keyBytes = level.keyBytes.slice(level.keyStart, level.keyEnd);
  level.keyEnd -= level.keyStart;
  level.keyStart = 0;
  level.names = level.names?.map((name) => ({
    ...name,
    bytes: name.bytes.slice(name.start, name.end),
    start: 0,
    end: name.end - name.start,
  }));
}

export function pairName(text: NameText, keyedValues: KeyedValues): PairName {
  const { bytes, start, end, hasEscape } = text;
  let last = end;
  while (last > start && (bytes[last - 1] === COLON || isJsonSpace(bytes[last - 1]))) last--;
  return { ...text, mayTell: hasEscape || keyedValues.mayName(bytes, start, last) };
}

/** The names with one more; a longer one than counts is none. */
export function withName(names: readonly PairName[], name: PairName): readonly PairName[] {
  return name.end - name.start > NAME_LIMIT_BYTES ? names : [...names.slice(1 - NAMES_LIMIT), name];
}

/** The object that a value stands in, which may be an element of arrays in it; undefined where there is none. */
export function objectOf<One extends { readonly element: number }>(levels: readonly One[]): One | undefined {
  let last = levels.length - 1;
  while (last > 0 && levels[last].element !== NO_ELEMENT) last--;
  return last > 0 ? levels[last] : undefined;
}

/** The name of the field that is being read. */
export function keyOf({ keyBytes, keyStart, keyEnd, hasKeyEscape }: Level): string {
  return textOf({ bytes: keyBytes, start: keyStart, end: keyEnd, hasEscape: hasKeyEscape });
}

/** The same, or one that tells what it does in its object. */
export function nameOf(level: Level): string {
  return level.told ?? keyOf(level);
}

export function textOf({ bytes, start, end, hasEscape }: NameText): string {
  if (!hasEscape) return foldSpan(bytes, start, end);
  const origin = { map: new OffsetMap(0, 0), decodedOffset: 0, encodedOffset: 0 };
  const { text } = decodeEscapes(bytes.subarray(start, end), origin, true);
  return foldSpan(text, 0, text.length);
}

/** Labels of forms end in a colon. */
const SIGN_AT_END = /\s*:\s*$/;

/**
 * The names that tell a value in place of its field's own, the nearest last: those beside it, before them that of the field
 * around it, where all between are fields that hold values. None for other fields.
 */
export function tellersOf(levels: readonly Level[]): readonly string[] {
  const tellers: string[] = [];
  for (let i = levels.length - 1; i > 0; i--) {
    const level = levels[i];
    const { role, names } = level;
    const hasNames = (role & VALUE) !== 0 && names !== undefined && names.length > 0;
    if (hasNames) for (const name of names.toReversed()) tellers.push(textOf(name).replace(SIGN_AT_END, ""));
    if ((role & HOLDS_VALUE) === 0 || (hasNames && level.element !== NO_ELEMENT)) tellers.push(nameOf(level));
    const isInherited = level.element !== NO_ELEMENT && !hasNames && (role & HOLDS_VALUE) !== 0;
    // Of a list of pairs each is about something else.
    if ((!isInherited && (role & WRAPPED) === 0) || (hasNames && levels[i - 1].element !== NO_ELEMENT)) break;
  }
  return tellers.length > 1 ? tellers.filter((name) => name !== "").toReversed() : tellers;
}
