/**
 * The obviously right and slow definition of a finding: every start, every end, one regular expression each.
 *
 * Owns the meaning that the engine must share. Runs JavaScript's RegExp, so it takes only patterns that mean the same
 * there and in RE2, without `^`, `$`, `\b` and inline flags. Whole plain text only; offsets are UTF-16 units.
 */
import { type Candidate, type Detector, SCORES } from "../../src/core/detector.ts";
import { tailsOf } from "../../src/core/rule.ts";
import { isExcludedKey } from "../../src/core/keys.ts";

export interface NaiveFinding {
  readonly start: number;
  readonly end: number;
  readonly entity: string;
  readonly score: number;
}

interface RankedFinding extends NaiveFinding {
  readonly rank: number;
}

/** All findings of the detectors, which stand in order of precedence; overlaps joined and named after the winner. */
export function naiveFindings(detectors: readonly Detector[], text: string, threshold = 0.6): NaiveFinding[] {
  const places = placesOf(text);
  const all = detectors.flatMap((detector, rank) =>
    findingsOf(detector, places, threshold).map((found) => ({ ...found, rank })),
  );
  all.sort((a, b) => a.start - b.start || a.rank - b.rank);
  return unite(all).map(({ start, end, entity, score }) => ({ start, end, entity, score }));
}

/** The folded characters of a text, and where in it each begins and ends. */
interface FoldedText {
  readonly characters: readonly string[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** An escape is one character, and so is a surrogate pair. */
const UNITS = /%[0-7][0-9A-Fa-f]|[\s\S]/gu;
/** Escapes as they stand. */
const PLAIN_UNITS = /[\s\S]/gu;

function fold(text: string, units: RegExp): FoldedText {
  const folded = { characters: [] as string[], starts: [] as number[], ends: [] as number[] };
  for (const { 0: source, index } of text.matchAll(units)) {
    const isEscape = source.length === 3;
    const character = foldCharacter(isEscape ? String.fromCharCode(Number.parseInt(source.slice(1), 16)) : source);
    if (INVISIBLE.test(character)) continue;
    folded.characters.push(character);
    folded.starts.push(index);
    folded.ends.push(index + source.length);
  }
  return folded;
}

/** What vanishes; a lone surrogate is what invalid bytes decode to. */
const INVISIBLE = /\u20e3|[\p{Default_Ignorable_Code_Point}\0\ufffd\p{Cs}]/u;
const HYPHEN = /[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/;

/** One printable ASCII character where there is such a form; a compatibility form of several characters stays. */
function foldCharacter(character: string): string {
  if (/\p{Zs}/u.test(character)) return " ";
  if (HYPHEN.test(character)) return "-";
  const plain = character.normalize("NFKC");
  if (/^[ -~]$/.test(plain)) return plain;
  return /\p{Nd}/u.test(character) ? String(digitValue(character)) : character;
}

/** Decimal digits of a script are ten in a row: count back to the zero, but past ten in scripts that have two rows. */
function digitValue(digit: string): number {
  const codePoint = digit.codePointAt(0) as number;
  const low = codePoint % 16;
  return /\p{Nd}/u.test(String.fromCodePoint(codePoint - low)) ? low : low - 6;
}

/**
 * A place to begin is any place in the source, even inside an escape: `50%4111 1111…` holds a card, whatever
 * `%41` stands for. What lies before and what follows are folded each on its own.
 */
interface Place {
  readonly start: number;
  /** The source from it on. */
  readonly source: string;
  /** The same, folded; offsets are counted from it. */
  readonly rest: FoldedText;
  /** Folded characters before it in its line. */
  readonly line: readonly string[];
}

function placesOf(text: string): Place[] {
  return Array.from({ length: text.length }, (_, start) => {
    const before = fold(text.slice(0, start), UNITS).characters;
    const source = text.slice(start);
    return { start, source, rest: fold(source, UNITS), line: before.slice(before.lastIndexOf("\n") + 1) };
  });
}

function findingsOf(detector: Detector, places: readonly Place[], threshold: number): NaiveFinding[] {
  const matcher = matcherOf(detector);
  const out: NaiveFinding[] = [];
  for (const place of places) {
    if (place.start < (out.at(-1)?.end ?? 0)) continue;
    const found = longestAccepted(matcher, place, threshold);
    if (found !== undefined) out.push(found);
  }
  return out;
}

interface NaiveMatcher {
  readonly detector: Detector;
  readonly beginning: RegExp;
  readonly whole: RegExp;
  readonly tails: readonly RegExp[];
}

const matchers = new Map<Detector, NaiveMatcher>();

function matcherOf(detector: Detector): NaiveMatcher {
  let matcher = matchers.get(detector);
  if (matcher === undefined) {
    matcher = {
      detector,
      beginning: new RegExp(`^(?:${patternOf(detector)})`, "u"),
      whole: new RegExp(`^(?:${patternOf(detector)})$`, "u"),
      tails: tailsOf(detector).map((tail) => new RegExp(`^(?:${tail})$`, "u")),
    };
    matchers.set(detector, matcher);
  }
  return matcher;
}

function longestAccepted(matcher: NaiveMatcher, place: Place, threshold: number): NaiveFinding | undefined {
  const { detector } = matcher;
  const { start, rest } = place;
  const limit = Math.min(rest.characters.length, detector.maxLength ?? Infinity);
  // A finding never begins with an invisible character.
  if (rest.starts[0] !== 0 || !mayBegin(matcher, place, limit)) return undefined;
  for (let end = limit; end > 0; end--) {
    if (!matches(matcher, place, end)) continue;
    const candidate = candidateAt(detector, place, end);
    if (!isBounded(candidate, detector.boundary ?? "word")) continue;
    const score = detector.validate(candidate);
    if (score < threshold || isExcluded(detector, place, score)) continue;
    const tail = matcher.tails[detector.whichTail?.(candidate) ?? 0];
    const tailEnd = endOfTail(tail, place, { from: end, isPlain: detector.isPlain === true });
    return { start, end: start + rest.ends[tailEnd - 1], entity: detector.entity, score };
  }
  return undefined;
}

/** A character that may stand for another one. */
const DISGUISED = /[%\u0080-\u{10ffff}]/u;

/** Saves the look at every end. */
function mayBegin({ beginning }: NaiveMatcher, { source, rest }: Place, limit: number): boolean {
  if (beginning.test(textOf(rest, 0, limit))) return true;
  const plain = source.slice(0, rest.ends[limit - 1]);
  return plain.includes("%") && beginning.test(fold(plain, PLAIN_UNITS).characters.join(""));
}

function isDisguised(text: string): boolean {
  return DISGUISED.test(text) || text.includes("\0");
}

/** An escape may also be read as it stands, as in the zone of `fe80::1%41`. */
function matches({ whole, detector }: NaiveMatcher, { source, rest }: Place, end: number): boolean {
  if (detector.isPlain === true && isDisguised(source.slice(0, rest.ends[end - 1]))) return false;
  if (whole.test(textOf(rest, 0, end))) return true;
  const plain = source.slice(0, rest.ends[end - 1]);
  return plain.includes("%") && whole.test(fold(plain, PLAIN_UNITS).characters.join(""));
}

/** A plain tail goes on in ASCII as it stands. */
function endOfTail(
  tail: RegExp | undefined,
  { source, rest }: Place,
  { from, isPlain }: { readonly from: number; readonly isPlain: boolean },
): number {
  if (tail === undefined) return from;
  const matchesTo = (end: number): boolean => {
    const plain = source.slice(rest.ends[from - 1], rest.ends[end - 1]);
    if (isPlain && isDisguised(plain)) return false;
    if (tail.test(textOf(rest, from, end))) return true;
    return plain.includes("%") && tail.test(fold(plain, PLAIN_UNITS).characters.join(""));
  };
  let end = rest.characters.length;
  while (end > from && !matchesTo(end)) end--;
  return end;
}

function patternOf({ pattern, contextPattern }: Detector): string {
  return contextPattern === undefined ? pattern : `${pattern}|${contextPattern}`;
}

function textOf(folded: FoldedText, start: number, end: number): string {
  return folded.characters.slice(start, end).join("");
}

const CONTEXT_CHARACTERS = 40;
const NEIGHBOURS = 2;

/** A bare number under a name such as `span_id` is an identifier, unless a strong check says otherwise. */
function isExcluded(detector: Detector, { line }: Place, score: number): boolean {
  if (detector.boundary !== "number" || score >= SCORES.strong) return false;
  const near = line.slice(-CONTEXT_CHARACTERS).join("");
  return isExcludedKey(/([\p{L}\p{N}_.-]+)["']?[ \t]{0,4}[:=][ \t]{0,4}["']?$/u.exec(near)?.[1] ?? "");
}

function candidateAt(detector: Detector, { line, rest }: Place, end: number): Candidate {
  const after = textOf(rest, end, end + NEIGHBOURS);
  return {
    text: textOf(rest, 0, end),
    before: line.slice(-NEIGHBOURS).join(""),
    after: after.split("\n", 1)[0],
    hasContext: hasContextWord(detector, line),
    preceding: line.slice(-CONTEXT_CHARACTERS).join(""),
    label: line.slice(-CONTEXT_CHARACTERS).join(""),
  };
}

/** A whole word, not further back than 40 characters; camelCase, `_` and digits part words. Between digits there is none. */
function hasContextWord(detector: Detector, line: readonly string[]): boolean {
  const words = wordsOf(line.join(""));
  const near = wordsOf(line.slice(-CONTEXT_CHARACTERS).join("")).split(" ");
  // A word that the window cuts is not whole.
  while (near.length > 0 && !` ${words} `.endsWith(` ${near.join(" ")} `)) near.shift();
  // The last of them, in a text that says so where one stands between digits.
  const told = wordsOf(withoutPieces(line.join(""))).split(" ");
  const window = ` ${told.slice(told.length - near.length).join(" ")} `;
  return (detector.contextWords ?? []).some((word) => window.includes(` ${word} `));
}

/** `02aba24` as `02ʘ24`: a letter that is no word of any list. */
function withoutPieces(text: string): string {
  return text.replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2").replace(/(?<=\d)\p{L}+(?=\d)/gu, "ʘ");
}

function wordsOf(text: string): string {
  return text
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .replace(/[^\p{L}]+/gu, " ")
    .trim();
}

const LETTER_OR_DIGIT = /[\p{L}\p{Nd}_]/u;
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

function isBounded({ before, after }: Candidate, boundary: NonNullable<Detector["boundary"]>): boolean {
  if (boundary === "none") return true;
  const touching = [Array.from(before).at(-1), boundary === "leading" ? undefined : Array.from(after)[0]];
  const neighbours = touching.filter(isWordCharacter);
  const mayUnderscore = boundary === "alphanumeric" || boundary === "leading";
  if (neighbours.some((character) => character !== "_" || !mayUnderscore)) return false;
  return boundary !== "number" || !(/\d\.$/.test(before) || /^\.\d/.test(after));
}

function isWordCharacter(character: string | undefined): boolean {
  return character !== undefined && LETTER_OR_DIGIT.test(character) && !UNSPACED.test(character);
}

/** Joins what overlaps. The winner is the first by precedence, then score, then length, then place. */
function unite(findings: readonly RankedFinding[]): RankedFinding[] {
  const out: { start: number; end: number; winner: RankedFinding }[] = [];
  for (const finding of findings) {
    const last = out.at(-1);
    if (last === undefined || finding.start >= last.end) {
      out.push({ start: finding.start, end: finding.end, winner: finding });
      continue;
    }
    last.end = Math.max(last.end, finding.end);
    if (isAhead(finding, last.winner)) last.winner = finding;
  }
  return out.map(({ start, end, winner }) => ({ ...winner, start, end }));
}

function isAhead(a: RankedFinding, b: RankedFinding): boolean {
  return (b.rank - a.rank || a.score - b.score || a.end - a.start - (b.end - b.start)) > 0;
}
