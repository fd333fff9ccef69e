/**
 * Random detectors, and texts made of pieces that their patterns like.
 *
 * Owns the grammar that is drawn from.
 */
import { array, constantFrom, nat, oneof, record, tuple, type Arbitrary } from "fast-check";
import { ACCEPTANCE_COUNT, type DrawnDetector } from "./drawn-detector.ts";

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

interface Draw {
  readonly detectors: readonly DrawnDetector[];
  /** UTF-8, sometimes with a byte that is no character. */
  readonly texts: readonly Uint8Array[];
}

function detectorsOf(pattern: Arbitrary<string>): Arbitrary<readonly DrawnDetector[]> {
  const detector = record({
    pattern,
    boundary: constantFrom<DrawnDetector["boundary"]>("word", "none", "alphanumeric", "number"),
    acceptance: nat(ACCEPTANCE_COUNT - 1),
    contextWords: constantFrom<readonly string[]>([], [], ["call"]),
  });
  return array(detector, { minLength: 1, maxLength: 3 });
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
