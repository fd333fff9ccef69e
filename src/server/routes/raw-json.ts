/**
 * Takes one level of a JSON text apart and leaves the parts as they are written: a number of 20 digits stays one.
 *
 * Owns finding the ends of values. Leaves judging the text to JSON.parse.
 */

/**
 * The members of an object by name, or the elements of an array, each as its own JSON text.
 * Undefined when the text is not valid JSON, or is neither. Of a name given twice the last one counts.
 */
export function rawMembers(text: string): Readonly<Record<string, string>> | readonly string[] | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const trimmed = text.trim();
  if (trimmed.startsWith("[")) return partsOf(trimmed);
  if (!trimmed.startsWith("{")) return undefined;
  // No prototype: `__proto__` is a name like any other.
  const members = Object.create(null) as Record<string, string>;
  for (const part of partsOf(trimmed)) {
    const nameEnd = stringEnd(part, 0);
    const name = JSON.parse(part.slice(0, nameEnd)) as string;
    members[name] = part.slice(part.indexOf(":", nameEnd) + 1).trim();
  }
  return members;
}

/** What stands between the commas of the outermost brackets. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 1;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = stringEnd(text, at) - 1;
    else if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") depth--;
    if ((character === "," && depth === 1) || depth === 0) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  return parts.length === 1 && parts[0] === "" ? [] : parts;
}

/** The place after the closing quote of the string that begins at `start`. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}
