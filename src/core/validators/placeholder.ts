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

/** What else a name of secrets stands for, by how such a value begins. */
const OTHERS = [
  // The width of a picture.
  [/(?:^|[^a-z])pw$/i, /^\d{1,4}$/],
  // How many tests went well, or that one did.
  [/(?:^|[^a-z])pass$/i, /^(?:\d{1,3}|ok|yes)$/i],
  // What a browser does with cookies.
  [/credentials$/i, /^(?:include|omit|same-origin)$/],
  // The folder that a shell is in.
  [/(?:^| )PWD$/, /^\/(?:(?:home|root|usr|var|opt|srv|tmp|apps?|etc|mnt|data|build|src|run|lib|Users)(?:\/|$)|$)/],
] as const;

/** True for a value that says what else its name stands for. */
export function isOther(name: string, value: string): boolean {
  return OTHERS.some(([names, values]) => values.test(value) && names.test(name));
}

/** True for the first characters of a value of which no more is known, when a template may go on from all of them. */
export function opensPlaceholder(opening: string): boolean {
  return OPENING.test(opening);
}
