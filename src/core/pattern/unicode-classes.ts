/**
 * The classes that `\p{…}` can name: general categories and scripts, as RE2 has them.
 *
 * Owns names and their sets, decoded when they are first asked for. Never asks the runtime's own Unicode data.
 */
import { ANY } from "./classes.ts";
import { type CharSet, union } from "./charset.ts";
import { SCRIPT_NAMES, SCRIPTS } from "./unicode-scripts.ts";
import { CATEGORIES, CATEGORY_NAMES } from "./unicode-tables.ts";

type Sets = ReadonlyMap<string, CharSet>;

/** As in RE2 an unassigned code point has no category of its own. */
const UNASSIGNED = "Cn";

let categories: Sets | undefined;
let scripts: Sets | undefined;

/** The set of a general category (`L`, `Lu`), a script (`Greek`) or `Any`; undefined when there is no such class. */
export function unicodeClass(name: string): CharSet | undefined {
  categories ??= decodeCategories();
  return categories.get(name) ?? (scripts ??= decodeScripts()).get(name);
}

function decodeCategories(): Sets {
  const byKey = decodePartition(CATEGORIES, /([A-Za-z])(\d*)/g);
  const named = CATEGORY_NAMES.matchAll(/(.)(..)/g);
  const leaves = new Map(Array.from(named, ([, key, name]) => [name, byKey.get(key) ?? []]));
  leaves.delete(UNASSIGNED);
  const out = new Map(leaves);
  for (const group of new Set([...leaves.keys()].map((name) => name.slice(0, 1)))) {
    const members = [...leaves].filter(([name]) => name.startsWith(group));
    out.set(group, union(...members.map(([, set]) => set)));
  }
  return out.set("Any", ANY);
}

const FIRST = 0x41;
const SECOND = 0x61;
const LETTERS = 26;

function decodeScripts(): Sets {
  const byKey = decodePartition(SCRIPTS, /([A-Z][a-z])(\d*)/g);
  return new Map(
    // None where a deployment at the edge goes without scripts.
    (SCRIPT_NAMES.match(/\S+/g) ?? []).map((name, index) => {
      const key = String.fromCharCode(FIRST + Math.floor(index / LETTERS), SECOND + (index % LETTERS));
      return [name, byKey.get(key) ?? []];
    }),
  );
}

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
