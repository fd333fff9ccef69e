/**
 * The lists of policies that stand in files of their own: one value or pattern a line.
 *
 * Owns those files: their form, their size, and what to write instead, line by line. Never repeats a line in a problem.
 */
import { readFile, stat } from "node:fs/promises";
import { readFailure } from "../read-failure.ts";
import { CHARACTERS_LIMIT, findPatternFault, VALUES_LIMITS } from "../../core/lists.ts";
import type { PolicyConfig } from "../../server/config/extend-policy.ts";
import { besideConfig } from "./named-files.ts";
import type { ConfigProblem, Result } from "./problem.ts";
import type { FileConfig } from "./schema.ts";

type FilePolicies = FileConfig["policies"];
type FileList = NonNullable<FilePolicies[string]["allow"]>;
type Kind = "values" | "patterns";
type ListName = "allow" | "deny";

export interface ListFilesOptions {
  /** The configuration file: theirs are beside it. */
  readonly configFile: string | undefined;
  readonly problemAt: (path: readonly string[], text: string) => ConfigProblem;
  /** Told of every file that is read, also of one that cannot be. */
  readonly onFile?: ((file: string, bytes: Uint8Array) => void) | undefined;
}

export const LIST_LIMIT_BYTES = 4_194_304;
const PATTERNS_LIMIT = 1_000;
/** Where lists and files multiply, problems do: who mends the first ones runs the check again. */
const PROBLEMS_LIMIT = 20;
const CONTROL = /\p{Cc}/u;
const KINDS: readonly Kind[] = ["values", "patterns"];
const LISTS: readonly ListName[] = ["allow", "deny"];

/** The policies with what their files say among the values and patterns. */
export async function completeLists(
  policies: FilePolicies,
  options: ListFilesOptions,
): Promise<Result<Readonly<Record<string, PolicyConfig>>>> {
  const problems: ConfigProblem[] = [];
  const complete: Record<string, PolicyConfig> = {};
  for (const [name, policy] of Object.entries(policies)) {
    const whole: Record<string, unknown> = { ...policy };
    for (const list of LISTS) {
      const written = policy[list];
      if (written === undefined) continue;
      const read = await readList(written, ["policies", name, list], options);
      if (read.ok) whole[list] = read.value;
      else problems.push(...read.problems);
    }
    complete[name] = whole;
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: complete };
}

/** Where files are named. */
export function listFileKeys(policies: FilePolicies): string[][] {
  return Object.entries(policies).flatMap(([name, policy]) =>
    LISTS.flatMap((list) =>
      KINDS.filter((kind) => policy[list]?.[`${kind}File`] !== undefined).map((kind) => [
        "policies",
        name,
        list,
        `${kind}File`,
      ]),
    ),
  );
}

/** Also where there are none, what is not known to the policy's compiler is left out. */
async function readList(
  { valuesFile, patternsFile, ...list }: FileList,
  path: readonly string[],
  options: ListFilesOptions,
): Promise<Result<PolicyConfig["allow"]>> {
  const files = { values: valuesFile, patterns: patternsFile };
  const whole: Record<string, readonly string[]> = { ...list };
  const problems: ConfigProblem[] = [];
  for (const kind of KINDS) {
    const file = files[kind];
    if (file === undefined) continue;
    const at = [...path, `${kind}File`];
    const limit = kind === "patterns" ? PATTERNS_LIMIT : VALUES_LIMITS[path.at(-1) as ListName];
    const read = await readLines(file, { ...options, at, kind, limit });
    if (read.ok) whole[kind] = [...new Set([...(list[kind] ?? []), ...read.value])];
    else problems.push(...read.problems);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: whole };
}

interface Reading extends ListFilesOptions {
  readonly at: readonly string[];
  readonly kind: Kind;
  /** Of lines that hold something. */
  readonly limit: number;
}

async function readLines(file: string, reading: Reading): Promise<Result<string[]>> {
  const { configFile, problemAt, at, kind, limit, onFile } = reading;
  const refuse = (text: string): Result<string[]> => ({ ok: false, problems: [problemAt(at, text)] });
  const bytes = await readBytes(besideConfig(configFile, file), onFile);
  if (typeof bytes === "string") return refuse(`${bytes}; it is looked for beside this file`);
  if (bytes.length > LIST_LIMIT_BYTES)
    return refuse(`is longer than ${LIST_LIMIT_BYTES} bytes; split it, or write patterns`);
  const lines = decodeLines(bytes);
  const problems: ConfigProblem[] = [];
  const kept: string[] = [];
  for (const [index, line] of lines.entries()) {
    if (line !== undefined && (line === "" || line.startsWith("#"))) continue;
    const fault = line === undefined ? "is not UTF-8; save the file as UTF-8" : faultOf(line, kind);
    if (fault !== undefined)
      problems.push({ source: file, line: index + 1, column: 1, path: at.join("."), text: fault });
    else if (line !== undefined) kept.push(line);
    if (kept.length > limit)
      problems.push({
        source: file,
        line: index + 1,
        column: 1,
        path: at.join("."),
        text: `is one line too many: ${limit} at most; write patterns for what they have in common`,
      });
    if (kept.length > limit || problems.length >= PROBLEMS_LIMIT) break;
  }
  if (problems.length > 0) return { ok: false, problems };
  // One that was cut short would hide nothing, or everything.
  return kept.length === 0
    ? refuse("holds no line; write one value a line, or remove this key")
    : { ok: true, value: kept };
}

/** The bytes, or why there are none. */
async function readBytes(file: string, onFile: ListFilesOptions["onFile"]): Promise<Uint8Array | string> {
  let bytes: Uint8Array | string;
  try {
    // Before it is read: nobody's memory is for a file of gigabytes.
    const { size } = await stat(file);
    bytes = size > LIST_LIMIT_BYTES ? new Uint8Array(LIST_LIMIT_BYTES + 1) : await readFile(file);
  } catch (thrown) {
    bytes = readFailure(thrown);
  }
  onFile?.(file, typeof bytes === "string" ? new Uint8Array(0) : bytes);
  return bytes;
}

/** Undefined for a line that is no UTF-8. A line ends in LF or CR LF; a BOM at the start is none of it. */
function decodeLines(bytes: Uint8Array): (string | undefined)[] {
  const whole = tryDecode(bytes);
  if (whole !== undefined) return whole.split(/\r?\n/);
  const lines: (string | undefined)[] = [];
  for (let at = 0; at <= bytes.length;) {
    const found = bytes.indexOf(10, at);
    const end = found < 0 ? bytes.length : found;
    lines.push(tryDecode(bytes.subarray(at, end))?.replace(/\r$/, ""));
    at = end + 1;
  }
  return lines;
}

function tryDecode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function faultOf(line: string, kind: Kind): string | undefined {
  if (kind === "patterns") {
    const fault = findPatternFault(line);
    return fault === undefined ? undefined : `BAD_PATTERN: ${fault}`;
  }
  if (line.length > CHARACTERS_LIMIT) return `is longer than ${CHARACTERS_LIMIT} characters; write a pattern for it`;
  if (line !== line.trim()) return "begins or ends with a space, which no finding does; remove it";
  return CONTROL.test(line) ? "holds a control character, such as a tab; write one value a line" : undefined;
}
