/**
 * Patterns that a user might write and that ruin a backtracking engine, each with a text aimed at it.
 *
 * Owns the pairs: `unit` is repeated. What the compiler refuses is refused for its size, and that is an answer too.
 */
export interface HostilePattern {
  readonly pattern: string;
  readonly maxLength?: number;
  readonly unit: string;
}

const BOUND = 200;

/** Nested and overlapping repeats: exponential or quadratic where choices are tried one after the other. */
const REPEATS: readonly (readonly [pattern: string, unit: string])[] = [
  ["(?:a+)+b", "a"],
  ["(?:a*)*b", "a"],
  ["(?:a|a)*b", "a"],
  ["(?:a|aa)+b", "a"],
  ["(?:a|b|ab)*c", "ab"],
  ["(?:a+a+)+b", "a"],
  ["a*a*a*a*a*b", "a"],
  ["(?:.*)b", "a"],
  ["(?:.*a){3}b", "a"],
  [".*.*.*=.*;", "x="],
  ["(?:x+x+)+y", "x"],
  ["(?:[a-z]+)*[0-9]", "abcxyz"],
  ["(?:[a-z]+ ?)+:", "words and "],
  ["(?:\\w+\\s?)+!", "word "],
  ["(?:\\w+)*@", "w"],
  ["\\w+@\\w+\\.\\w+", "a@"],
  ["(?:\\w+\\.)+com", "a."],
  ["(?:\\d+,?)+;", "1,"],
  ["\\d+\\d+\\d+x", "1"],
  ["(?:\\d{1,3}){1,30}x", "1"],
  ["\\s+$", " "],
  ["\\s*,\\s*;", " ,"],
  ["(?:\\s*\\S)+z", " a"],
  ['(?:[^"]|\\\\.)*"', "\\\\a"],
  ['"[^"]*"[^"]*"!', '"a'],
  ["<(?:[^>]+)>x", "<a"],
  ["<[^>]*>[^<]*</b>", "<a>"],
  ["(?:(?:a?){10}){5}b", "a"],
  ["(?:a?){30}a{30}", "a"],
  ["a{50}b", "a"],
  ["(?:ab?){40}c", "a"],
  ["(?:a|b){60}c", "ab"],
  ["[ab]*a[ab]{12}c", "ab"],
  ["(?:0|1)*1(?:0|1){10}x", "01"],
];

/** Long bounded counts: as many threads alive at once as the count is long. */
const COUNTS: readonly (readonly [pattern: string, unit: string])[] = [
  ["[a-z]{1,64}@", "a"],
  ["[a-z]{1,64}@[a-z]{1,64}!", "a@"],
  ["\\d{10,60}x", "1"],
  ["[0-9a-f]{32,64}z", "0a"],
  ["[A-Za-z0-9_-]{20,60}=", "Ab0"],
  ["(?:[0-9]{2}:){5,30}x", "11:"],
  ["(?:[a-z]{1,5}-){1,20}#", "abc-"],
  ["key=[^&]{1,100}&end", "key=a"],
  [".{10,40}!", "abc "],
  ["a.{1,30}b.{1,30}c", "ab"],
  ["(?i)password.{0,60}x", "password"],
  ["(?i)(?:secret|token)[ :=]{1,3}[a-z0-9]{16,48}\\b", "secret=a"],
  ["\\p{L}{5,40}\\d", "é"],
  ["[\\p{Lu}\\p{Ll}]{3,30}[.]", "Éa"],
  ["(?:日|本|語){1,50}!", "日本"],
  ["\\b\\w{1,80}\\b#", "a"],
];

export const HOSTILE_PATTERNS: readonly HostilePattern[] = [...REPEATS, ...COUNTS].map(([pattern, unit]) => ({
  pattern,
  unit,
  ...(/[*+]/.test(pattern) ? { maxLength: BOUND } : {}),
}));
