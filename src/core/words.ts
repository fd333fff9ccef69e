/** Words of texts and field names. */

/** True when one of the lower-case words stands in the text as a whole word; a word may hold spaces. */
export function hasWord(text: string, words: readonly string[]): boolean {
  if (text === "") return false;
  const spaced = ` ${splitWords(text)} `;
  return words.some((word) => spaced.includes(` ${word} `));
}

/** Lower-case words of a text or a field name, one space between; camelCase, snake_case and digits split. */
export function splitWords(text: string): string {
  return text
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .replace(/[^\p{L}]+/gu, " ")
    .trim();
}
