/**
 * Names of fields that say nothing of a value by themselves: another field of the object, or the field around it, does.
 *
 * Owns the table of what such a field holds: a name, as in `{"name":"password","value":"x"}`, or the value of one, as there and
 * in `{"password":{"value":"x"}}`. Knows names only. Case and what is no letter do not count: `new_value` is `newValue`.
 */
import { KINDS, LETTER, LOWER, NOT_PLAIN } from "../ascii.ts";
import { encodeUtf8 } from "../bytes.ts";

/** The field holds a name. */
export const NAME = 1;
/** It holds the value of a name that stands in the same object. */
export const VALUE = 2;
/** It holds the value of the field that the object stands in. */
export const WRAPPED = 4;
/** It holds texts for people as often: what reads as a label or is a number is none of a secret. */
export const LOOSE = 8;
export const HOLDS_VALUE = VALUE | WRAPPED;
/** What arrays have of the field they stand in. */
export const INHERITED = NAME | HOLDS_VALUE | LOOSE;
/** Of an array: it may hold a name and its value; and what is read now is the name. */
export const PAIRED = 16;
export const NAMES_NEXT = 32;
/** Every role, and one more. */
export const UNREAD = INHERITED | 64;

/** Names by their roles, beside those that end in `name`, `value` and `values`; of signs and numbers only, see below. */
export const ROLE_NAMES: readonly (readonly [role: number, names: string])[] = [
  [
    NAME,
    "name key k id type kind label system path loc field attr attribute header param parameter var variable prop property column",
  ],
  [HOLDS_VALUE, "value values val v old new previous current valuestring"],
  [VALUE | LOOSE, "default"],
  [HOLDS_VALUE | LOOSE, "content data text from to before after input"],
  [WRAPPED, "string s ss n ns l numberint numberlong eq ne t"],
];

/** No longer name has a role. */
const ROLE_BYTES = 96;
const PERCENT = 0x25;
const BACKSLASH = 0x5c;
/** The last six letters, five bits each. */
const SIX_LETTERS = 0x3fffffff;
const FIVE_LETTERS = 0x1ffffff;
const FOUR_LETTERS = 0xfffff;
const TWO_LETTERS = 0x3ff;
/** Whatever stands before: `attributeName`, `new_value`, `rawValues`. */
const NAME_LAST = packed("name");
const VALUE_LAST = packed("value");
const VALUES_LAST = packed("values");

/** By a hash of all letters. */
const ROLES = new Uint8Array(1 << 16);
/** By the last two letters: all roles of such names. */
const LAST = new Uint8Array(TWO_LETTERS + 1);
for (const [role, names] of ROLE_NAMES)
  for (const name of names.split(" ")) {
    ROLES[Array.from(name).reduce((hash, letter) => mix(hash, letter.charCodeAt(0)), 0)] = role;
    LAST[packed(name) & TWO_LETTERS] |= role;
  }
// Numbers and signs, as converters of XML and of arrays write them: `_`, `#`, `0`.
ROLES[0] = WRAPPED | LOOSE;

function mix(hash: number, letter: number): number {
  return (hash * 31 + (letter & 31)) & 0xffff;
}

function packed(letters: string): number {
  return Array.from(letters).reduce((all, letter) => ((all << 5) | (letter.charCodeAt(0) & 31)) & SIX_LETTERS, 0);
}

/**
 * What a field of this name holds, which has no escapes of JSON; 0 for nothing of these, UNREAD for a name that has to be folded
 * first. Of the roles that nobody asks for it may leave out any. O(1).
 */
export function roleOf(bytes: Uint8Array, start: number, end: number, roles = INHERITED): number {
  const last = ((bytes[end - 2] & 31) << 5) | (bytes[end - 1] & 31);
  const areLetters = (KINDS[bytes[end - 2]] & KINDS[bytes[end - 1]] & LOWER) !== 0;
  // Of `%6de` the first letter is none.
  if (areLetters && (LAST[last] & roles) === 0 && bytes[end - 4] !== PERCENT) return 0;
  return end - start > ROLE_BYTES ? 0 : readRole(bytes, start, end);
}

function readRole(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0;
  let last = 0;
  for (let at = start; at < end; at++) {
    const kind = KINDS[bytes[at]];
    if (kind === NOT_PLAIN) return UNREAD;
    if ((kind & LETTER) === 0) continue;
    hash = mix(hash, bytes[at]);
    last = ((last << 5) | (bytes[at] & 31)) & SIX_LETTERS;
  }
  if (last === VALUES_LAST || (last & FIVE_LETTERS) === VALUE_LAST) return HOLDS_VALUE;
  return (last & FOUR_LETTERS) === NAME_LAST ? NAME : ROLES[hash];
}

/** The same of a name as it reads. */
export function roleOfText(name: string): number {
  const letters = encodeUtf8(name.replace(/[^a-z]+/gi, ""));
  return readRole(letters, 0, letters.length);
}

/** False when nothing but the name itself can tell the value of such a field. O(name). */
export function mayBeTold(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === BACKSLASH) return true;
  return (roleOf(bytes, start, end, HOLDS_VALUE) & HOLDS_VALUE) !== 0;
}
