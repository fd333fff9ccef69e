/** Texts that stand where a value was or will be: templates, stars, our own output. */

/** True for the first characters of a value that is none. */
export function isPlaceholder(text: string): boolean {
  return /^(?:\$\{|\{\{|<[a-z/]|%[a-z{(]|\*{3}|x{4,}$|\[[A-Z][A-Z_])/i.test(text);
}
