/**
 * Paths of fields as policies write them: `user.email`, `items[*].card`, `**.password`, `["a.b"][0]`.
 *
 * Owns the syntax. A path names a field and everything below it.
 */

/** One step down. `any` is any one step, `anyDepth` any number of them, also none. */
export type PathStep =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "anyIndex" }
  | { readonly kind: "any" }
  | { readonly kind: "anyDepth" };

export type ParsedPath =
  | { readonly ok: true; readonly steps: readonly PathStep[] }
  | { readonly ok: false; readonly reason: string };

const STEPS_LIMIT = 64;

/** One step at the start of the rest of a path; names with other characters stand in brackets and quotes. */
const STEP = /^(?:\[(?:(\*)|(\d{1,9})|("(?:[^"\\]|\\.)*"))\]|(\*\*)|(\*)|([^.[\]*"\s]+))/;

/** Reads a path; the reason of a refusal says what to write. */
export function parseFieldPath(path: string): ParsedPath {
  const steps: PathStep[] = [];
  let rest = path;
  while (rest !== "" || steps.length === 0) {
    if (steps.length > 0 && rest.startsWith(".")) rest = rest.slice(1);
    else if (steps.length > 0 && !rest.startsWith("[")) return refuse("separate steps by dots");
    const match = STEP.exec(rest);
    if (match === null) return refuse('write steps as a name, *, **, [*], [0] or ["any name"], joined by dots');
    const step = stepOf(match);
    if (step === undefined) return refuse('a name in brackets is a JSON string: ["a.b"]');
    steps.push(step);
    rest = rest.slice(match[0].length);
  }
  if (steps.length > STEPS_LIMIT) return refuse(`a path has at most ${STEPS_LIMIT} steps`);
  return { ok: true, steps };
}

function refuse(reason: string): ParsedPath {
  return { ok: false, reason };
}

function stepOf([, anyIndex, index, quoted, anyDepth, any, name]: RegExpExecArray): PathStep | undefined {
  if (anyIndex !== undefined) return { kind: "anyIndex" };
  if (index !== undefined) return { kind: "index", index: Number(index) };
  if (anyDepth !== undefined) return { kind: "anyDepth" };
  if (any !== undefined) return { kind: "any" };
  if (quoted === undefined) return { kind: "name", name };
  try {
    return { kind: "name", name: JSON.parse(quoted) as string };
  } catch {
    return undefined;
  }
}
