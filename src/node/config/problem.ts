/**
 * What is wrong with a configuration, where, and what to write instead.
 *
 * Owns the shape and its one-line form. Never holds a value out of the file: a header or a key may be one.
 */

export interface ConfigProblem {
  /** File name, variable or flag that holds the mistake. */
  readonly source: string;
  /** Counted from 1; absent where the mistake has no place in a file. */
  readonly line?: number;
  readonly column?: number;
  /** Keys from the root, as in `limits.heartbeatMs`; empty for the whole file. */
  readonly path: string;
  readonly text: string;
}

export type Result<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** `file:line:column: path: text`, as editors and terminals link it. */
export function describeProblem(problem: ConfigProblem): string {
  const place = problem.line === undefined ? "" : `:${problem.line}:${problem.column ?? 1}`;
  return `${problem.source}${place}: ${problem.path === "" ? "" : `${problem.path}: `}${problem.text}`;
}

/** Joins several results; every problem of every one is kept. */
export function problemsOf(...results: readonly Result<unknown>[]): ConfigProblem[] {
  return results.flatMap((result) => (result.ok ? [] : result.problems));
}
