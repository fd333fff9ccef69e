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

/** An escape is one character, and so is a surrogate pair. */
const UNITS = /%[0-7][0-9A-Fa-f]|[\s\S]/gu;
const ESCAPE_LENGTH = 3;
const CUT_ESCAPE = /%[0-7]?$/;
/** Escapes beyond these are all read alike. */
const READINGS_LIMIT = 64;

/** The visible characters of a text, escapes undone. */
function fold(text: string): string[] {
  return (text.match(UNITS) ?? []).map(foldUnit).filter((character) => !INVISIBLE.test(character));
}

function foldUnit(source: string): string {
  const isEscape = source.length === ESCAPE_LENGTH;
  return foldCharacter(isEscape ? String.fromCharCode(Number.parseInt(source.slice(1), 16)) : source);
}

/** A place where something may end. */
interface End {
  /** In the source. */
  readonly offset: number;
  /** The folded characters before it, escapes undone. */
  readonly text: string;
  /** How many they are. */
  readonly count: number;
  /** The same, and escapes as they stand, as in the zone of `fe80::1%41`; without what ends with an invisible character. */
  readonly readings: readonly string[];
}

/** An end may be any place, even inside an escape, which then reads as it stands. */
function endsOf(source: string): End[] {
  const ends: End[] = [];
  let [text, count] = ["", 0];
  let readings = [""];
  const goOn = (more: string): string[] => readings.map((reading) => reading + more);
  for (const { 0: unit, index } of source.matchAll(UNITS)) {
    const isEscape = unit.length === ESCAPE_LENGTH;
    for (const cut of isEscape ? [unit.slice(0, 1), unit.slice(0, 2)] : [])
      ends.push({ offset: index + cut.length, text: text + cut, count: count + cut.length, readings: goOn(cut) });
    const character = foldUnit(unit);
    const isVisible = !INVISIBLE.test(character);
    if (isVisible) [text, count] = [text + character, count + 1];
    const asItStands = isEscape ? goOn(unit).slice(readings.length < READINGS_LIMIT ? 0 : -1) : [];
    const undone = isVisible ? goOn(character) : readings;
    readings = [...undone, ...asItStands];
    const visible = isVisible ? readings : asItStands;
    if (visible.length > 0) ends.push({ offset: index + unit.length, text, count, readings: visible });
  }
  return ends;
}

/** What vanishes; a lone surrogate is what invalid bytes decode to. */
const INVISIBLE = new RegExp(
  String.raw`[\p{Default_Ignorable_Code_Point}\0\x80-\x84\x86-\x9f\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\ufff9-\ufffd\p{Cs}]`,
  "u",
);
const HYPHEN = /[\p{Pd}\u2043\u2212]/u;

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
  /** What stands before it as it is written. */
  readonly prior: string;
  /** The source from it on. */
  readonly source: string;
  /** Offsets are counted from it. */
  readonly ends: readonly End[];
  /** Folded characters before it in its line. */
  readonly line: readonly string[];
  /** The same, with the line before where that is a label: where words are context. */
  readonly labelled: readonly string[];
}

function placesOf(text: string): Place[] {
  return Array.from({ length: text.length }, (_, start) => {
    const lines = text.slice(0, start).split("\n").map(fold);
    const [prior, source] = [text.slice(0, start), text.slice(start)];
    return {
      start,
      prior,
      source,
      ends: endsOf(source),
      line: lines.at(-1) as string[],
      labelled: labelledLine(lines),
    };
  });
}

/** `Phone:` in a line of its own is the label of the number that begins the next line with something in it. */
function labelledLine(lines: readonly (readonly string[])[]): readonly string[] {
  const isVisible = (character: string): boolean => !/^[ \t\r\n]$/.test(character);
  const last = lines.findLastIndex((line) => line.some(isVisible));
  const isLabel = last >= 0 && last < lines.length - 1 && lines[last].findLast(isVisible) === ":";
  return lines.slice(isLabel ? last : -1).flatMap((line, at) => (at === 0 ? line : ["\n", ...line]));
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
  const { start, source } = place;
  const { maxLength = Infinity, isPlain = false } = detector;
  const ends = place.ends.filter(({ count }) => count <= maxLength);
  if (!mayBegin(matcher, place, ends)) return undefined;
  for (const end of ends.toReversed()) {
    if (!isRead(matcher.whole, source, { end, isPlain })) continue;
    const candidate = candidateAt(place, end, detector);
    if (!isBounded(standingAlone(candidate, place, end), detector.boundary ?? "word")) continue;
    const score = detector.validate(candidate);
    if (score < threshold || isExcluded(detector, place, score)) continue;
    const tail = matcher.tails[detector.whichTail?.(candidate) ?? 0];
    const length = end.offset + tailLength(tail, source.slice(end.offset), isPlain);
    return { start, end: start + length, entity: detector.entity, score };
  }
  return undefined;
}

/** A finding never begins with an invisible character. The rest saves the look at every end. */
function mayBegin({ beginning }: NaiveMatcher, { source }: Place, ends: readonly End[]): boolean {
  const last = ends.at(-1);
  if (last === undefined || INVISIBLE.test(foldUnit(source.match(UNITS)?.[0] ?? ""))) return false;
  const isBegun = ({ readings }: End): boolean => readings.some((reading) => beginning.test(reading));
  return isBegun(last) || ends.some((end) => CUT_ESCAPE.test(end.text) && isBegun(end));
}

/** A character that may stand for another one. */
const DISGUISED = /[%\0\u0080-\u{10ffff}]/u;

/** A plain one reads ASCII as it stands. */
function isRead(pattern: RegExp, source: string, { end, isPlain }: { end: End; isPlain: boolean }): boolean {
  if (isPlain && DISGUISED.test(source.slice(0, end.offset))) return false;
  return end.readings.some((reading) => pattern.test(reading));
}

/** How far a tail goes on in what follows. */
function tailLength(tail: RegExp | undefined, source: string, isPlain: boolean): number {
  if (tail === undefined) return 0;
  return endsOf(source).findLast((end) => isRead(tail, source, { end, isPlain }))?.offset ?? 0;
}

function patternOf({ pattern, contextPattern }: Detector): string {
  return contextPattern === undefined ? pattern : `${pattern}|${contextPattern}`;
}

const CONTEXT_CHARACTERS = 40;
const NEIGHBOURS = 2;

/** A bare number under a name such as `span_id` is an identifier, unless a strong check says otherwise. */
function isExcluded(detector: Detector, { line }: Place, score: number): boolean {
  if (detector.boundary !== "number" || score >= SCORES.strong) return false;
  const near = line.slice(-CONTEXT_CHARACTERS).join("");
  return isExcludedKey(/([\p{L}\p{N}_.-]+)["']?[ \t]{0,4}[:=][ \t]{0,4}["']?$/u.exec(near)?.[1] ?? "");
}

function candidateAt({ line, labelled, source }: Place, end: End, detector: Detector): Candidate {
  const after = fold(source.slice(end.offset)).slice(0, NEIGHBOURS).join("");
  return {
    text: end.text,
    before: line.slice(-NEIGHBOURS).join(""),
    after: after.split("\n", 1)[0],
    hasContext: hasContextWord(detector, labelled),
    preceding: line.slice(-CONTEXT_CHARACTERS).join(""),
    label: line.slice(-CONTEXT_CHARACTERS).join(""),
  };
}

/** A whole word, not further back than 40 characters; camelCase, `_` and digits part words. Between digits there is none. */
function hasContextWord(detector: Detector, line: readonly string[]): boolean {
  const text = withoutColours(line.join(""));
  const words = wordsOf(text);
  const near = wordsOf(withoutColours(line.slice(-CONTEXT_CHARACTERS).join(""))).split(" ");
  // A word that the window cuts is not whole.
  while (near.length > 0 && !` ${words} `.endsWith(` ${near.join(" ")} `)) near.shift();
  // The last of them, in a text that says so where one stands between digits.
  const told = wordsOf(withoutPieces(text)).split(" ");
  const window = ` ${told.slice(told.length - near.length).join(" ")} `;
  return (detector.contextWords ?? []).some((word) => window.includes(ANYWHERE.test(word) ? word : ` ${word} `));
}

/** No blanks stand around words of these scripts. */
const ANYWHERE = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;

/** What a terminal reads of `ESC [ 31 m ssn` is a word in red. */
function withoutColours(text: string): string {
  return text.replaceAll(COLOURS, " ");
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

const COLOURS = new RegExp(String.raw`\u001b\[[\d;]*m`, "g");
const COLOUR = new RegExp(`${String.fromCodePoint(0x1b)}[[\\d;]{0,18}m$`);

/** What cannot be seen, or colours text on a terminal, parts a value from letters; what cannot be seen does not part digits. */
function standingAlone(
  { before, after }: Candidate,
  { prior, source }: Place,
  { offset }: End,
): Pick<Candidate, "before" | "after"> {
  const isUnseen = (unit = ""): boolean => INVISIBLE.test(foldUnit(unit));
  const [last] = (prior.slice(-ESCAPE_LENGTH).match(UNITS) ?? []).slice(-1);
  const [next] = source.slice(offset).match(UNITS) ?? [];
  const isParted = (isUnseen(last) && !/\d\.?$/.test(before)) || COLOUR.test(prior);
  return { before: isParted ? "" : before, after: isUnseen(next) && !/^\.?\d/.test(after) ? "" : after };
}

function isBounded(
  { before, after }: Pick<Candidate, "before" | "after">,
  boundary: NonNullable<Detector["boundary"]>,
): boolean {
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
