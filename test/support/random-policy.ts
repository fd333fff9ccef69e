/**
 * Random detectors, and texts made of pieces that their patterns like.
 *
 * Owns the grammar that is drawn from. Validators accept by a rule of their own, so that the longest match is often
 * refused and a shorter one has to be found.
 */
import { array, constantFrom, oneof, record, tuple, type Arbitrary } from "fast-check";
import { type Detector, SCORES } from "../../src/core/detector.ts";

const atom = constantFrom(
  "a",
  "ab",
  "[a-c]",
  "[0-9]",
  String.raw`\d{2,4}`,
  "[a-z0-9]{1,5}",
  "(?:a|bc|cab)",
  "(?:1[ -]?){1,3}",
  "-",
  "@",
  "é",
  "[^ab@]",
  ".",
  "(?i:x)",
  "[ab]+",
);
const piece = tuple(atom, constantFrom("", "", "", "?", "{1,2}", "{2}", "*")).map((parts) => parts.join(""));
const assertion = constantFrom("", "", String.raw`\b`, "^", "$");
const plainPattern = array(piece, { minLength: 1, maxLength: 4 }).map((pieces) =>
  pieces.map((one) => `(?:${one})`).join(""),
);
const assertingPattern = tuple(assertion, plainPattern, assertion).map((parts) => parts.join(""));

const ACCEPTANCES: readonly ((text: string) => number)[] = [
  () => SCORES.shaped,
  (text) => (text.length % 3 === 0 ? 0 : SCORES.shaped),
  (text) => (/^\d/.test(text) ? SCORES.strong : SCORES.worded),
  (text) => (text.endsWith("a") ? SCORES.weak : SCORES.ranged),
];

interface Draw {
  readonly detectors: readonly Detector[];
  /** UTF-8, sometimes with a byte that is no character. */
  readonly texts: readonly Uint8Array[];
}

function detectorsOf(pattern: Arbitrary<string>): Arbitrary<readonly Detector[]> {
  const detector = record({
    pattern,
    boundary: constantFrom("word", "none", "alphanumeric", "number"),
    accept: constantFrom(...ACCEPTANCES),
    contextWords: constantFrom<readonly string[]>([], [], ["call"]),
  });
  return array(detector, { minLength: 1, maxLength: 3 }).map((drawn) =>
    drawn.map(({ accept, ...shape }, i) => ({
      ...shape,
      entity: `RANDOM_${i}`,
      source: "drawn",
      maxLength: 12,
      validate: ({ text, hasContext }) => (hasContext ? SCORES.strong : accept(text)),
      hits: [],
      misses: [],
    })),
  );
}

const ascii = constantFrom(
  "a",
  "ab",
  "abc",
  "cab",
  "1",
  "12",
  "1-1",
  "1 1",
  "x",
  "X",
  "@",
  "-",
  " ",
  "\n",
  ".",
  "_",
  "call ",
);
const disguised = constantFrom(
  "é",
  "\u200d",
  "\u00ad",
  "%31",
  "%",
  "\u0661",
  "谢",
  "😀",
  "\0",
  "\xff",
  "abcabcabcabcabc",
);

function textsOf(fragment: Arbitrary<string>): Arbitrary<readonly Uint8Array[]> {
  const text = array(fragment, { maxLength: 12 }).map(
    (parts) =>
      new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part, part === "\xff" ? "latin1" : "utf8")))),
  );
  return array(text.filter(hasOneEscape), { minLength: 1, maxLength: 8 });
}

/** Of several, the automaton may read one as a character and the other as it stands; RE2 is asked for all or none. */
function hasOneEscape(text: Uint8Array): boolean {
  return text.indexOf(PERCENT) === text.lastIndexOf(PERCENT);
}

const PERCENT = 0x25;

/**
 * Some of the patterns are refused by the compiler, which is not what is asked here. Assertions meet plain ASCII only:
 * beside anything else they hold when they could, and RE2 has no such answer.
 */
export const randomPolicy: Arbitrary<Draw> = oneof(
  record({ detectors: detectorsOf(plainPattern), texts: textsOf(oneof(ascii, ascii, disguised)) }),
  record({ detectors: detectorsOf(assertingPattern), texts: textsOf(ascii) }),
);
