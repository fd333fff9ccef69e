/** Texts that stand where a value was or will be: templates, stars, our own output. */

/** What opens a placeholder, what it may hold, what closes it. */
const TEMPLATES = [
  [String.raw`\$\{`, String.raw`[\w.:-]*`, String.raw`\}`],
  [String.raw`\$\(`, String.raw`[\w.:-]*`, String.raw`\)`],
  [String.raw`\{\{`, String.raw`[\w .:-]*`, String.raw`\}\}`],
  [String.raw`\[[A-Z]`, "[A-Z0-9_]*", String.raw`\]`],
  [String.raw`\*{3}`, String.raw`\**`, ""],
];
/** Passwords begin like these more often. */
const WHOLE_ONLY = ["<[a-z/][\\w /-]*>", String.raw`%\{[\w.:-]*\}`, String.raw`%\(\w*\)[a-z]`, "%[dsv]", "x{4,}"];
const WHOLE = new RegExp(`^(?:${[...TEMPLATES.map((parts) => parts.join("")), ...WHOLE_ONLY].join("|")})$`);
const OPENING = new RegExp(
  `^(?:${TEMPLATES.map(([open, inside, close]) => `${open}${inside}(?:${close}|\\})?`).join("|")})$`,
);

/** True for a whole value that is none. All of it counts: a password may begin as a template does. */
export function isPlaceholder(value: string): boolean {
  return WHOLE.test(value);
}

/** True for the width of a picture, whatever else `pw` may be. */
export function isWidth(name: string, value: string): boolean {
  return /^\d{1,4}$/.test(value) && /(?:^|[^a-z])pw$/i.test(name);
}

/** True for the first characters of a value of which no more is known, when a template may go on from all of them. */
export function opensPlaceholder(opening: string): boolean {
  return OPENING.test(opening);
}
