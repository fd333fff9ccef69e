/**
 * The obviously right and slow definition of a finding: every start, every end, one regular expression each.
 *
 * Owns the meaning that the engine must share. Runs JavaScript's RegExp, so it takes only patterns that mean the same
 * there and in RE2, without `^`, `$`, `\b` and inline flags. Whole text only, no field names; offsets are UTF-16 units.
 */
import type { Candidate, Detector } from "../../src/core/detector.ts";

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
  const folded = fold(text);
  const all = detectors.flatMap((detector, rank) =>
    findingsOf(detector, folded, threshold).map((found) => ({ ...found, rank })),
  );
  return unite(all.toSorted((a, b) => a.start - b.start || a.rank - b.rank)).map(({ start, end, entity, score }) => ({
    start: folded.starts[start],
    end: folded.ends[end - 1],
    entity,
    score,
  }));
}

/** The folded characters, and where in the source each begins and ends. Everything below counts characters. */
interface FoldedText {
  readonly characters: readonly string[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

function fold(text: string): FoldedText {
  const folded = { characters: [] as string[], starts: [] as number[], ends: [] as number[] };
  // An escape is one character; so is a surrogate pair. A lone surrogate is what invalid bytes decode to.
  for (const { 0: source, index } of text.matchAll(/%[0-7][0-9A-Fa-f]|[\s\S]/gu)) {
    const character = foldCharacter(
      source.length === 3 ? String.fromCharCode(Number.parseInt(source.slice(1), 16)) : source,
    );
    if (INVISIBLE.test(character)) continue;
    folded.characters.push(character);
    folded.starts.push(index);
    folded.ends.push(index + source.length);
  }
  return folded;
}

const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\0\ufffd\p{Cs}]/u;
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

function findingsOf(detector: Detector, folded: FoldedText, threshold: number): NaiveFinding[] {
  const matcher = matcherOf(detector);
  const out: NaiveFinding[] = [];
  for (let start = 0; start < folded.characters.length;) {
    const found = longestAccepted(matcher, folded, { start, threshold });
    if (found !== undefined) out.push(found);
    start = found?.end ?? start + 1;
  }
  return out;
}

interface NaiveMatcher {
  readonly detector: Detector;
  readonly beginning: RegExp;
  readonly whole: RegExp;
  readonly tail: RegExp;
}

const matchers = new Map<Detector, NaiveMatcher>();

function matcherOf(detector: Detector): NaiveMatcher {
  let matcher = matchers.get(detector);
  if (matcher === undefined) {
    matcher = {
      detector,
      beginning: new RegExp(`^(?:${detector.pattern})`, "u"),
      whole: new RegExp(`^(?:${detector.pattern})$`, "u"),
      tail: new RegExp(`^(?:${detector.tail ?? ""})$`, "u"),
    };
    matchers.set(detector, matcher);
  }
  return matcher;
}

function longestAccepted(
  matcher: NaiveMatcher,
  folded: FoldedText,
  at: { start: number; threshold: number },
): NaiveFinding | undefined {
  const { detector } = matcher;
  const { start, threshold } = at;
  const last = Math.min(folded.characters.length, start + (detector.maxLength ?? Infinity));
  if (!matcher.beginning.test(textOf(folded, start, last))) return undefined;
  for (let end = last; end > start; end--) {
    if (!matcher.whole.test(textOf(folded, start, end))) continue;
    const candidate = candidateAt(detector, folded, { start, end });
    if (!isBounded(candidate, detector.boundary ?? "word")) continue;
    const score = detector.validate(candidate);
    if (score >= threshold) return { start, end: endOfTail(matcher, folded, end), entity: detector.entity, score };
  }
  return undefined;
}

function endOfTail({ detector, tail }: NaiveMatcher, folded: FoldedText, from: number): number {
  if (detector.tail === undefined) return from;
  let end = folded.characters.length;
  while (end > from && !tail.test(textOf(folded, from, end))) end--;
  return end;
}

function textOf(folded: FoldedText, start: number, end: number): string {
  return folded.characters.slice(start, end).join("");
}

const CONTEXT_CHARACTERS = 40;
const NEIGHBOURS = 2;

function candidateAt(
  detector: Detector,
  folded: FoldedText,
  { start, end }: { start: number; end: number },
): Candidate {
  const lineStart = folded.characters.lastIndexOf("\n", start - 1) + 1;
  const lineEnd = folded.characters.indexOf("\n", end);
  return {
    text: textOf(folded, start, end),
    before: textOf(folded, Math.max(start === 0 ? 0 : lineStart, start - NEIGHBOURS), start),
    after: textOf(folded, end, Math.min(end + NEIGHBOURS, lineEnd < 0 ? Infinity : lineEnd)),
    hasContext: hasContextWord(detector, textOf(folded, start === 0 ? 0 : lineStart, start)),
  };
}

/** A whole word, not further back than 40 characters; camelCase, `_` and digits part words. */
function hasContextWord(detector: Detector, line: string): boolean {
  const characters = Array.from(line);
  const words = wordsOf(line);
  const near = wordsOf(characters.slice(-CONTEXT_CHARACTERS).join("")).split(" ");
  // A word that the window cuts is not whole.
  while (near.length > 0 && !` ${words} `.endsWith(` ${near.join(" ")} `)) near.shift();
  const window = ` ${near.join(" ")} `;
  return (detector.contextWords ?? []).some((word) => window.includes(` ${word} `));
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

function isBounded({ before, after }: Candidate, boundary: "word" | "number" | "none"): boolean {
  if (boundary === "none") return true;
  if ([Array.from(before).at(-1), Array.from(after)[0]].some(isWordCharacter)) return false;
  return boundary === "word" || !(/\d\.$/.test(before) || /^\.\d/.test(after));
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
