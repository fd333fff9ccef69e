/** Words of texts and field names. */
import { COLOUR } from "./colour.ts";

/** Stands for a word between digits: whoever reads `02aba24` has no word before them. No word of a list has a digit. */
const PIECE = "0";
const CAMEL_CASE = /(\p{Ll})(\p{Lu})/gu;
const COLOURS = new RegExp(COLOUR, "g");
const WORD_AND_DIGITS = /(\d?)(\p{L}+)(?=(\d?))/gu;

/** Scripts that part no words, or hang endings on them: a word stands in any run of their letters. */
const UNPARTED = /^[\p{sc=Han}\p{sc=Hang}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]/u;

/**
 * True when one of the lower-case words stands in the text as a whole word; a word may hold spaces. Digits on one side number
 * it, as in `card2`; between digits it is a piece of an identifier.
 */
export function hasWord(text: string, words: readonly string[]): boolean {
  if (text === "") return false;
  const found = [...partCamelCase(text.replace(COLOURS, " ")).toLowerCase().matchAll(WORD_AND_DIGITS)].map(
    ([, before, word, after]) => (before === "" || after === "" ? word : PIECE),
  );
  const spaced = ` ${found.join(" ")} `;
  return words.some((word) => spaced.includes(UNPARTED.test(word) ? word : ` ${word} `));
}

/** Lower-case words of a text or a field name, one space between; camelCase, snake_case and digits split. */
export function splitWords(text: string): string {
  return partCamelCase(text)
    .toLowerCase()
    .replace(/[^\p{L}]+/gu, " ")
    .trim();
}

/** `cardNumber` as `card Number`. */
export function partCamelCase(text: string): string {
  return text.replace(CAMEL_CASE, "$1 $2");
}
