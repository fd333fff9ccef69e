/**
 * Is the output right: nothing is timed before this has said yes.
 *
 * Owns the comparison with the gold. Error texts name peer, corpus and line, never the text.
 */
import type { Corpus } from "./corpora/corpus.ts";
import type { Answer, Run } from "./peers/peer.ts";

/** @throws Error when the answer is wrong. */
export function checkAnswer(
  name: string,
  answer: Answer | "exact",
  { corpus, run }: { corpus: Corpus; run: Run },
): void {
  const problem = CHECKS[answer](corpus, run);
  if (problem !== undefined) throw new Error(`${name} on ${corpus.name}: ${problem}`);
}

type Check = (corpus: Corpus, run: Run) => string | undefined;

const NEWLINE = 0x0a;
const NOTHING = new Uint8Array();

const CHECKS: Readonly<Record<Answer | "exact", Check>> = {
  exact: ({ expected }, { output = NOTHING }) => firstDifference(expected, output),
  same: ({ text }, { output = NOTHING }) => firstDifference(text, output),
  masked: ({ gold, lineCount }, { output = NOTHING }) => {
    const lines = linesOf(output);
    if (lines.length !== lineCount) return `${lines.length} lines instead of ${lineCount}`;
    const leaks = gold.filter(({ line, value }) => lines[line].includes(value));
    return leaks.length === 0 ? undefined : `${leaks.length} values left, the first in line ${leaks[0].line + 1}`;
  },
  ends: ({ gold }, { matches = 0 }) =>
    matches >= gold.length ? undefined : `${matches} ends for ${gold.length} values`,
  lines: ({ lineCount }, { output = NOTHING }) => {
    const { length } = linesOf(output);
    return length === lineCount ? undefined : `${length} lines instead of ${lineCount}`;
  },
};

function linesOf(output: Uint8Array): string[] {
  const lines = new TextDecoder().decode(output).split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function firstDifference(expected: Uint8Array, output: Uint8Array): string | undefined {
  if (expected.length === output.length && expected.every((byte, i) => byte === output[i])) return undefined;
  let line = 1;
  for (let at = 0; at < expected.length && expected[at] === output[at]; at++) if (expected[at] === NEWLINE) line++;
  return `line ${line} is not what the gold says`;
}
