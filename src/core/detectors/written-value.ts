/**
 * How a value is written behind what tells it: in quotes, as a word, to the end of the line.
 *
 * Owns where such a value ends, and the words that are none. Who tells it is not its business.
 */
import type { Candidate } from "../detector.ts";

/** What of the rest of the line belongs to a value, and what ends it. */
export const FORMS = {
  double: { tail: String.raw`[^\n"\\]*`, stop: /["\\]/ },
  // In SQL two stand for one.
  single: { tail: String.raw`(?:[^\n'\\]|'')*`, stop: /(?<!')'(?!')|\\/ },
  word: { tail: "(?:[^\\s\"',;&)\\]}|`\\\\]|'\\p{L})*", stop: /[\s",;&)\]}|`\\]|'(?!\p{L})/u },
  line: { tail: String.raw`(?:[^\n"',;<>{}|\\]|'\p{L})*`, stop: /[\n",;<>{}|\\]|'(?!\p{L})/u },
  element: { tail: String.raw`[^<\n"\\]*`, stop: /[<\n"\\]|'(?!\p{L})/u },
} as const;
export type Form = keyof typeof FORMS;
const FORM_NAMES = Object.keys(FORMS) as Form[];
export const TAILS = Object.values(FORMS).map(({ tail }) => tail);

/** By the quote before it, if any. */
export function quotedForm({ before }: Candidate): Form | undefined {
  if (before.endsWith('"')) return "double";
  return before.endsWith("'") ? "single" : undefined;
}

export function tailOf(form: Form): number {
  return FORM_NAMES.indexOf(form);
}

/** Words that follow a name in a sentence. */
export const SENTENCE_WORDS =
  "a an and any are as at be been bool boolean by bytes can cannot could did does expired failed field files for from had has have if in incorrect " +
  "int invalid is it length may mismatch missing must no none not null number of on optional or password policy read required reset rotated " +
  "should str string the this to true false undefined updated was were will with wrong yes you your";
