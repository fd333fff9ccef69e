/**
 * From a redacted text back to what was redacted, for peers that tell nothing else.
 *
 * Owns the alignment. What a token means is the peer's business.
 */

/** A stretch of the input, in UTF-16 units, and the token that stands for it in the output. */
export interface Replaced {
  readonly start: number;
  readonly end: number;
  readonly token: string;
  /** The token's first group: what the peer calls the value. */
  readonly name: string;
}

/**
 * What tokens of `output` stand for in `input`. Text between tokens is common to both and is looked for from left to
 * right, each at its first place; a token that the input has at that place is text like any other. Two tokens side by
 * side share their stretch so that the earlier has one unit. Putting the tokens into the input gives the output again.
 *
 * @param token global, with one group. @returns undefined when no such reading was found. Cost: one search per token.
 */
export function alignTokens(input: string, output: string, token: RegExp): Replaced[] | undefined {
  const replaced: Replaced[] = [];
  let waiting: { readonly start: number; readonly token: string; readonly name: string } | undefined;
  let at = 0;
  const close = (end: number): void => {
    if (waiting !== undefined) replaced.push({ ...waiting, end });
    waiting = undefined;
    at = end;
  };
  let read = 0;
  for (const match of output.matchAll(token)) {
    const [text, name = text] = match;
    const between = output.slice(read, match.index);
    read = match.index + text.length;
    const end = placeOf(input, between, at, waiting !== undefined);
    if (end === undefined) return undefined;
    close(end);
    at += between.length;
    if (between === "" && at === input.length) return undefined;
    if (input.startsWith(text, at)) at += text.length;
    else waiting = { start: at, token: text, name };
  }
  const rest = output.slice(read);
  const start = input.length - rest.length;
  const isRest = waiting === undefined ? start === at : start > at;
  if (!isRest || !input.endsWith(rest)) return undefined;
  close(start);
  return replaced;
}

/** Where `between` starts in the input: here, or behind a stretch of at least one unit that a token stands for. */
function placeOf(input: string, between: string, at: number, isBehindToken: boolean): number | undefined {
  if (!isBehindToken) return input.startsWith(between, at) ? at : undefined;
  const place = input.indexOf(between, at + 1);
  return place < 0 ? undefined : place;
}

/** The one stretch in which two texts differ, as one unknown finding: what is left to say when tokens do not align. */
export function differenceOf(input: string, output: string): Pick<Replaced, "start" | "end"> {
  const shorter = Math.min(input.length, output.length);
  let start = 0;
  while (start < shorter && input[start] === output[start]) start += 1;
  let tail = 0;
  while (tail < shorter - start && input.at(-1 - tail) === output.at(-1 - tail)) tail += 1;
  return { start, end: input.length - tail };
}
