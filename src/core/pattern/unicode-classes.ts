/**
 * The classes that `\p{…}` can name: general categories and scripts, as RE2 has them.
 *
 * Owns names and their sets, decoded when they are first asked for. Never asks the runtime's own Unicode data.
 */
import { ANY } from "./classes.ts";
import { type CharSet, union } from "./charset.ts";
import { CATEGORIES, SCRIPT_NAMES, SCRIPTS } from "./unicode-properties.ts";
import { COMMON_CLASSES } from "./unicode-tables.ts";

type Sets = ReadonlyMap<string, CharSet>;

/** As in RE2 an unassigned code point has no category of its own. */
const UNASSIGNED = "Cn";

let common: Sets | undefined;
let others: Sets | undefined;

/** The set of a general category (`L`, `Lu`), a script (`Greek`) or `Any`; undefined when there is no such class. */
export function unicodeClass(name: string): CharSet | undefined {
  common ??= decodeCommon();
  return common.get(name) ?? (others ??= decodeOthers()).get(name);
}

/** Those that the matcher itself asks for, and most patterns. */
function decodeCommon(): Sets {
  const { L, M, N = [], Nd = [] } = Object.fromEntries(decodePartition(COMMON_CLASSES, /(Nd|[LMN-])(\d*)/g));
  return new Map(Object.entries({ L, M, N: union(N, Nd), Nd, Any: ANY }));
}

const FIRST = 0x41;
const SECOND = 0x61;
const LETTERS = 26;

/** None of them where a deployment at the edge goes without. */
function decodeOthers(): Sets {
  const out = decodePartition(CATEGORIES, TWO_LETTERS);
  out.delete(UNASSIGNED);
  const leaves = [...out];
  for (const group of new Set(leaves.map(([name]) => name.slice(0, 1))))
    out.set(group, union(...leaves.flatMap(([name, set]) => (name.startsWith(group) ? [set] : []))));
  const byKey = decodePartition(SCRIPTS, TWO_LETTERS);
  (SCRIPT_NAMES.match(/\S+/g) ?? []).forEach((name, index) => {
    const key = String.fromCharCode(FIRST + Math.floor(index / LETTERS), SECOND + (index % LETTERS));
    out.set(name, byKey.get(key) ?? []);
  });
  return out;
}

const TWO_LETTERS = /([A-Z][a-z])(\d*)/g;

/** "key length" runs over all code points, as the expression parts them: from key to set. */
function decodePartition(text: string, runs: RegExp): Map<string, CharSet> {
  const out = new Map<string, number[]>();
  let start = 0;
  for (const [, key, count] of text.matchAll(runs)) {
    const end = start + (count === "" ? 1 : Number(count));
    const ranges = out.get(key);
    if (ranges === undefined) out.set(key, [start, end - 1]);
    else ranges.push(start, end - 1);
    start = end;
  }
  return out;
}
