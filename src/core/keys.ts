/**
 * Field names: where one stands in plain text, and which ones say what a value is not.
 *
 * Owns the exclusion list: bare numbers under these names are identifiers of machines. A strong validator is
 * never overruled, and order or invoice numbers are not on the list: real cards turn up there.
 */
import { ALPHANUMERIC, KINDS, LETTER, UNDERSCORE } from "./ascii.ts";
import { asciiText } from "./bytes.ts";
import { COLOUR, withoutColour } from "./colour.ts";
import { isHexAfterPercent, isPlain } from "./folded-text.ts";
import { splitWords } from "./words.ts";

const NAME_CHARACTER = /[\p{L}\p{N}_.-]/u;
const KEY_BEFORE = /([\p{L}\p{N}_.-]{1,40})["']?[ \t]{0,4}[:=][ \t]{0,4}["']?$/u;

const COLOUR_AT_END = new RegExp(`${COLOUR}$`);

const EXCLUDED = [
  "trace id",
  "span id",
  "request id",
  "correlation id",
  "digest",
  "sha",
  "checksum",
  "etag",
  "version",
  "build",
  "seq",
  "offset",
  "epoch",
  "ts",
  "timestamp",
];

/** The name in `name=`, `name: ` or `"name":"` at the end of the text, "" when there is none. */
export function keyBefore(text: string): string {
  return KEY_BEFORE.exec(text)?.[1] ?? "";
}

const BLANKS_LIMIT = 4;

/**
 * The name at the end of a text, of as many words as given, when a sign follows it and nothing but a quote more; else "". It
 * may stand in brackets, as in `user[password]=` of forms and `user["password"] = "` of programs. Quotes may be escaped, as in
 * JSON inside a log line.
 */
export function nameBefore(text: string, wordLimit: number): string {
  let at = blanksBefore(text, quoteBefore(text, text.length));
  if (text[at - 1] === ">" && text[at - 2] !== "=") return ELEMENT.exec(text)?.[1] ?? "";
  if (text[at - 1] === ">") at--;
  const signEnd = at;
  if (text[at - 1] === "=") at--;
  if (text[at - 1] === ":") at--;
  // Two colons part names of programs, two equals signs compare; `name:: ` of LDIF has base 64 behind it.
  if (/\w:: $/.test(text)) at--;
  else if (at === signEnd || text[at - 1] === ":" || text[at - 1] === "=") return "";
  const bracket = colourBefore(text, blanksBefore(text, at));
  const isBracketed = text[bracket - 1] === "]";
  const end = quoteBefore(text, isBracketed ? bracket - 1 : bracket);
  if (isBracketed && !(text.endsWith("=") ? end === bracket - 1 : /=[ \t]*\\?["']$/.test(text))) return "";
  at = end;
  for (let words = 0; words < wordLimit; words++) {
    if (words > 0 && text[at - 1] === " ") at--;
    while (at > 0 && isNameCharacter(text, at - 1)) at--;
  }
  const name = text.slice(at, end).trimStart();
  return withoutColour(name, text.slice(0, at));
}

/** The tag of an element of XML, which a value stands right behind; not the type in `Promise<Token>`. */
const ELEMENT = /(?:^|\W|\[[\d;]*m)<(?:[\w.-]+:)?([\w.-]+)>$/;

/** True for what stands behind a sign and is no value: the rest of the sign, as `=> x` behind `name=`, or what goes on in a program. */
export function opensNoValue(preceding: string, text: string): boolean {
  if (text.startsWith("</")) return true;
  if (/[:=]$/.test(preceding)) return /^(?:[:=]|>(?![^\s"'=>]))/.test(text);
  return /^[[({<@:;,.)\]]/.test(text) && />[ \t]*$/.test(preceding);
}

function colourBefore(text: string, end: number): number {
  return text[end - 1] === "m" ? text.slice(0, end).replace(COLOUR_AT_END, "").length : end;
}

function isNameCharacter(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit < 0x80 ? isKeyByte(unit) : NAME_CHARACTER.test(text[at]);
}

function quoteBefore(text: string, end: number): number {
  if (!/["'`]/.test(text[end - 1] ?? "")) return end;
  return text[end - 2] === "\\" ? end - 2 : end - 1;
}

function blanksBefore(text: string, end: number): number {
  let at = end;
  while (at > end - BLANKS_LIMIT && (text[at - 1] === " " || text[at - 1] === "\t")) at--;
  return at;
}

/** False for a place before which `nameBefore` finds no sign; what may be one in disguise counts as a sign. */
export function isBehindSign(bytes: Uint8Array, place: number): boolean {
  let at = skipQuote(bytes, place, 0);
  if (at < place && bytes[at - 1] === 0x5c) at--;
  at = skipBlanks(bytes, at, 0);
  if (at === 0) return false;
  const sign = bytes[at - 1];
  return sign === 0x3a || sign === 0x3d || sign === 0x3e || !isPlain(sign) || isHexAfterPercent(bytes, at);
}

const KEY_WINDOW_BYTES = 40;

/**
 * The same on bytes before a place; undefined when they are not all plain ASCII. Reads what `keyBefore` reads of the
 * 40 characters before the place.
 */
export function keyBeforeInBytes(bytes: Uint8Array, end: number): string | undefined {
  const span = findKey(bytes, end);
  if (span === undefined) return undefined;
  return span === NO_KEY ? "" : asciiText(bytes, span.start, span.end);
}

interface KeySpan {
  readonly start: number;
  readonly end: number;
}

const NO_KEY: KeySpan = { start: 0, end: 0 };

function findKey(bytes: Uint8Array, end: number): KeySpan | undefined {
  const limit = Math.max(0, end - KEY_WINDOW_BYTES);
  const signEnd = skipBlanks(bytes, skipQuote(bytes, end, limit), limit);
  const hasSign = signEnd > limit && (bytes[signEnd - 1] === 0x3a || bytes[signEnd - 1] === 0x3d);
  const keyEnd = hasSign ? skipQuote(bytes, skipBlanks(bytes, signEnd - 1, limit), limit) : signEnd;
  let at = keyEnd;
  if (hasSign) while (at > limit && isKeyByte(bytes[at - 1])) at--;
  // `%3D` is an equals sign too.
  if (at > limit && (!isPlain(bytes[at - 1]) || isHexAfterPercent(bytes, at))) return undefined;
  return at === keyEnd ? NO_KEY : { start: at, end: keyEnd };
}

function skipQuote(bytes: Uint8Array, end: number, limit: number): number {
  return end > limit && (bytes[end - 1] === 0x22 || bytes[end - 1] === 0x27) ? end - 1 : end;
}

function skipBlanks(bytes: Uint8Array, end: number, limit: number): number {
  const least = Math.max(limit, end - BLANKS_LIMIT);
  let at = end;
  while (at > least && (bytes[at - 1] === 0x20 || bytes[at - 1] === 0x09)) at--;
  return at;
}

function isKeyByte(byte: number): boolean {
  return (KINDS[byte] & (ALPHANUMERIC | UNDERSCORE)) !== 0 || byte === 0x2e || byte === 0x2d;
}

/** The last two letters of the excluded names: they stand side by side in each. */
const LAST_LETTERS = new Set(
  EXCLUDED.map((name) => pairOf(name.charCodeAt(name.length - 2), name.charCodeAt(name.length - 1))),
);

function pairOf(first: number, second: number): number {
  return ((first | 0x20) << 8) | second | 0x20;
}

/** True, false, or undefined when the bytes before the place are not all plain ASCII. Most names fail by two letters. */
export function isExcludedKeyBefore(bytes: Uint8Array, end: number): boolean | undefined {
  const span = findKey(bytes, end);
  if (span === undefined || span === NO_KEY) return span === undefined ? undefined : false;
  let last = span.end - 1;
  while (last >= span.start && (KINDS[bytes[last]] & LETTER) === 0) last--;
  if (last <= span.start || !LAST_LETTERS.has(pairOf(bytes[last - 1], bytes[last]))) return false;
  return isExcludedKey(asciiText(bytes, span.start, span.end));
}

/** True when the field's words end in an excluded name: `parent_span_id`, `app.version`. */
export function isExcludedKey(key: string): boolean {
  if (!mayEndInExcluded(key)) return false;
  const words = ` ${splitWords(key)}`;
  return EXCLUDED.some((name) => words.endsWith(` ${name}`));
}

/** A quick no by the last two letters. */
function mayEndInExcluded(key: string): boolean {
  let last = key.length - 1;
  while (last >= 0 && key.charCodeAt(last) < 0x80 && (KINDS[key.charCodeAt(last)] & LETTER) === 0) last--;
  if (last <= 0) return false;
  const [before, end] = [key.charCodeAt(last - 1), key.charCodeAt(last)];
  return before >= 0x80 || end >= 0x80 || LAST_LETTERS.has(pairOf(before, end));
}
