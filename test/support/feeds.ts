/**
 * Records of feeds that are met in real life, with values planted in them: test/feeds/*.toml, filled from a seed.
 *
 * Owns how a template is filled and how what a masker hid is judged. What stands in a template by itself has to stay, and so
 * have the harmless fillings; what is planted has to go; what is written with `~` may do either.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "smol-toml";
import { Random } from "../../bench/corpora/random.ts";
import {
  compilePolicy,
  type CustomValue,
  type Format,
  type FormatOptions,
  maskWhole,
  type PackName,
  type Policy,
} from "../../src/core/index.ts";
import { HARMLESS, PLANTED } from "./feed-values.ts";

export interface Feed {
  readonly name: string;
  readonly choice: { readonly format: Format } & FormatOptions;
  readonly packs: readonly PackName[];
  /** Planted kinds that nothing finds, and why. */
  readonly passes: Readonly<Record<string, string>>;
  readonly record: string;
}

interface Document {
  readonly format: Format;
  readonly options?: FormatOptions;
  readonly feed: readonly {
    readonly name: string;
    readonly format?: Format;
    readonly options?: FormatOptions;
    readonly packs?: readonly PackName[];
    readonly passes?: Readonly<Record<string, string>>;
    readonly record: string;
  }[];
}

const FOLDER = fileURLToPath(new URL("../feeds/", import.meta.url));

export function loadFeeds(): Feed[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(".toml"))
    .toSorted()
    .flatMap((file) => {
      const { format, options, feed } = parse(readFileSync(FOLDER + file, "utf8")) as unknown as Document;
      return feed.map((row) => ({
        name: row.name,
        choice: { format: row.format ?? format, ...(row.options ?? (row.format === undefined ? options : {})) },
        packs: row.packs ?? [],
        passes: row.passes ?? {},
        record: row.record,
      }));
    });
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** A part of an input. `kind` is an entity, or what made a harmless filling. */
interface Piece extends Range {
  readonly kind: string;
  readonly fate: "goes" | "stays" | "either";
}

interface Filled {
  readonly text: string;
  readonly pieces: readonly Piece[];
}

const FILTERS: Readonly<Record<string, (value: string) => string>> = {
  url: encodeURIComponent,
  sql: (value) => value.replaceAll("'", "''"),
  /** For syntax in which these characters would have to be escaped. */
  plain: (value) => value.replaceAll(/['’;,]/g, ""),
};
const HOLE = /\{\{(~?)(\w+)(?::([\w-]+))?(?:\|(\w+))?\}\}/g;

function fill(template: string, random: Random): Filled {
  const pieces: Piece[] = [];
  let text = "";
  const add = (part: string, kind: string, fate: Piece["fate"]): void => {
    const start = text.length;
    text += part;
    if (part !== "") pieces.push({ start, end: text.length, kind, fate });
  };
  let from = 0;
  for (const hole of template.matchAll(HOLE)) {
    const [whole, either, name, argument = "", filter] = hole;
    const isPlanted = Object.hasOwn(PLANTED, name);
    const make = isPlanted ? PLANTED[name] : HARMLESS[name];
    if (make === undefined) throw new Error(`nothing makes ${name}`);
    const value = make(random, argument);
    add(template.slice(from, hole.index), "template", "stays");
    const fate = either === "~" ? "either" : isPlanted ? "goes" : "stays";
    add(filter === undefined ? value : FILTERS[filter](value), argument === "" ? name : `${name}:${argument}`, fate);
    from = hole.index + whole.length;
  }
  add(template.slice(from), "template", "stays");
  return { text, pieces };
}

/** One planted value, or one finding where none was planted. */
export interface Judged {
  readonly feed: string;
  readonly kind: string;
  readonly verdict: "hidden" | "leaked" | "false";
  /** What a person has to see of it. */
  readonly text: string;
}

const NEAR_CHARACTERS = 24;

/** Masks records of feeds, and tells what it made of each value. */
export class FeedJudge {
  private readonly policies = new Map<string, Policy>();
  /** What was masked since somebody emptied the list; a mark stands for each. */
  private values: CustomValue[] = [];

  /** Fills a feed's record as often as said and judges what the policy of its packs makes of it. */
  judge(feed: Feed, { seed, records }: { readonly seed: number; readonly records: number }): Judged[] {
    const random = new Random(seed);
    return inputsOf(feed, records).flatMap((template) => {
      const filled = fill(template, random);
      return judgeFindings(feed.name, filled, this.find(feed, filled.text));
    });
  }

  private find({ packs, choice }: Feed, text: string): Finding[] {
    this.values = [];
    const masked = maskWhole(this.policyOf(packs), choice, new TextEncoder().encode(text));
    return align(text, new TextDecoder().decode(masked), this.values);
  }

  private policyOf(packs: readonly PackName[]): Policy {
    const key = packs.join();
    let policy = this.policies.get(key);
    if (policy === undefined) {
      const mark = (value: CustomValue): string => markOf(this.values.push(value) - 1);
      const spec = { packs: [...packs], operators: { default: { operator: "custom", name: "mark" } } } as const;
      this.policies.set(key, (policy = compilePolicy(spec, { operators: { mark } })));
    }
    return policy;
  }
}

/** Templates of whole inputs: one of all records, where a format can hold several. */
function inputsOf({ choice: { format }, record }: Feed, records: number): string[] {
  switch (format) {
    case "csv":
      return [record.replace(/(?<=\n)[^]*/, (rows) => rows.repeat(records))];
    case "ndjson":
    case "text":
    case "sse":
      return [`${record}\n`.repeat(records)];
    default:
      return Array.from({ length: records }, () => record);
  }
}

interface Finding extends Range {
  readonly entity: string;
}

function markOf(index: number): string {
  return `QZ${index}ZQ`;
}

/** Where the values stood that marks stand for: between the texts beside the marks, which were left alone. */
function align(text: string, masked: string, values: readonly CustomValue[]): Finding[] {
  const findings: Finding[] = [];
  const parts = masked.split(/QZ(\d+)ZQ/);
  let at = 0;
  for (let i = 0; i < parts.length; i += 2) {
    // A number that is masked becomes a string.
    const isNumber = i + 1 < parts.length && parts[i].endsWith('"') && !text.startsWith(parts[i], at);
    const part = isNumber ? parts[i].slice(0, -1) : parts[i];
    if (!text.startsWith(part, at)) throw new Error(`more has changed before ${text.slice(at, at + 80)}`);
    at += part.length;
    if (i + 1 === parts.length) break;
    const value = values[Number(parts[i + 1])];
    if (isNumber) parts[i + 2] = parts[i + 2].slice(1);
    const end = text.startsWith(value.text, at) ? at + value.text.length : text.indexOf(parts[i + 2], at + 1);
    findings.push({ start: at, end, entity: value.entity });
    at = end;
  }
  return findings;
}

function judgeFindings(feed: string, { text, pieces }: Filled, findings: readonly Finding[]): Judged[] {
  const shown = ({ start, end }: Range): string =>
    `${text.slice(Math.max(0, start - NEAR_CHARACTERS), start)}⟦${text.slice(start, end)}⟧`;
  const planted = pieces
    .filter(({ fate }) => fate === "goes")
    .map((piece): Judged => {
      const verdict = uncovered(piece, findings) === 0 ? "hidden" : "leaked";
      return { feed, kind: piece.kind, verdict, text: shown(piece) };
    });
  const wrong = findings
    .filter((finding) => !pieces.some((piece) => piece.fate !== "stays" && overlap(piece, finding)))
    .map((finding): Judged => {
      const kinds = pieces.filter((piece) => overlap(piece, finding)).map(({ kind }) => kind);
      return { feed, kind: `${finding.entity} of ${kinds.join(" and ")}`, verdict: "false", text: shown(finding) };
    });
  return [...planted, ...wrong];
}

function overlap(one: Range, other: Range): boolean {
  return one.start < other.end && other.start < one.end;
}

/** Characters of the range that no finding covers. */
function uncovered({ start, end }: Range, findings: readonly Range[]): number {
  let left = end - start;
  for (const one of findings) left -= Math.max(0, Math.min(end, one.end) - Math.max(start, one.start));
  return left;
}
