/**
 * Why something was masked, and what was nearly: the same decisions once more, with a witness.
 *
 * Owns the way of a whole input through its format. Findings are those of the masker itself. Slow, and for people at a
 * terminal: what it returns holds the values.
 */
import { explainCsv } from "./explain/csv.ts";
import { explainEvents } from "./explain/events.ts";
import { explainForm } from "./explain/form.ts";
import { explainJson } from "./explain/json.ts";
import { explainMultipart } from "./explain/multipart.ts";
import { type Explanation, explainEdits, type Testimony, watch, type Witnessing } from "./explain/witness.ts";
import type { FormatChoice } from "./masker.ts";
import type { Policy } from "./policy.ts";
import { textEdits } from "./text-edits.ts";
import { repairUtf8 } from "./utf8-repair.ts";

export type { Explanation } from "./explain/witness.ts";

/**
 * Masks a whole input and says why. Throws away what it would have written. O(input × detectors).
 * Offsets are those of `repairUtf8(input)`, which is the input itself where it is UTF-8.
 */
export function explain(policy: Policy, choice: FormatChoice, input: Uint8Array): Explanation[] {
  const witness: Testimony[] = [];
  return explainWatched({ policy: watch(policy, witness), witness }, choice, repairUtf8(input));
}

function explainWatched(watched: Witnessing, choice: FormatChoice, input: Uint8Array): Explanation[] {
  const { policy, witness } = watched;
  const { format, ...options } = typeof choice === "string" ? { format: choice } : choice;
  witness.length = 0;
  switch (format) {
    case "text":
      return explainEdits(policy, input, { edits: textEdits(policy, input), witness });
    case "json":
      return explainJson(policy, input, { format, start: 0, witness });
    case "ndjson":
    case "json-seq":
      return linesOf(input, format === "json-seq" ? RECORD_SEPARATOR : LF).flatMap(({ start, end }) =>
        explainJson(policy, input.subarray(start, end), { format: "ndjson", start, witness }),
      );
    case "csv":
      return [...explainCsv(watched, options, input)];
    case "sse":
      return [...explainEvents(watched, input)];
    case "form":
      return [...explainForm(watched, input)];
    case "multipart":
      return [...explainMultipart(watched, { ...options, explain: explainWatched }, input)];
  }
}

const LF = 0x0a;
const RECORD_SEPARATOR = 0x1e;

function linesOf(input: Uint8Array, separator: number): { start: number; end: number }[] {
  const lines: { start: number; end: number }[] = [];
  for (let start = 0; start < input.length;) {
    const end = input.indexOf(separator, start);
    lines.push({ start, end: end < 0 ? input.length : end });
    start = end < 0 ? input.length : end + 1;
  }
  return lines;
}
