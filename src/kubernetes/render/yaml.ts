/**
 * Prints plain data as YAML: the same bytes for the same data.
 *
 * Owns quotes and indentation. Keys stand in the order in which they were given; what is undefined is left out.
 */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** Words that a reader of YAML takes for something else than text. */
const RESERVED = /^(?:true|false|yes|no|on|off|y|n|null|none)$/i;
const PLAIN = /^(?:\.\.\/)*[A-Za-z_/][A-Za-z0-9_./-]*(?::[A-Za-z0-9_./-]+)*$/;
/** A line that would end a block, or that no block can hold. */
const UNPRINTABLE = /[^\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;

/** One document, with a line break at its end. */
export function printYaml(value: Json): string {
  return `${printLines(value).join("\n")}\n`;
}

/** Each line of a comment behind `#`. */
export function printComment(text: string): string {
  return text === "" ? "" : text.replaceAll(/^/gm, "# ").replaceAll(/ +$/gm, "").concat("\n");
}

function printLines(value: Json): string[] {
  if (isList(value)) return value.length === 0 ? ["[]"] : value.flatMap((item) => indented(item, "- "));
  if (typeof value !== "object" || value === null) return [printScalar(value)];
  const entries = Object.entries(value).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return entries.length === 0 ? ["{}"] : entries.flatMap(([key, item]) => printEntry(printScalar(key), item));
}

function printEntry(key: string, item: Json): string[] {
  if (typeof item === "string" && isBlock(item)) {
    return [
      `${key}: |`,
      ...item
        .slice(0, -1)
        .split("\n")
        .map((line) => (line === "" ? "" : `  ${line}`)),
    ];
  }
  const lines = printLines(item);
  const isNested = typeof item === "object" && item !== null && !["[]", "{}"].includes(lines[0] ?? "");
  if (!isNested) return [`${key}: ${lines[0]}`];
  return [`${key}:`, ...lines.map((line) => (line === "" ? "" : `  ${line}`))];
}

/** The first line behind the mark, the others below it. */
function indented(item: Json, mark: string): string[] {
  return printLines(item).map((line, index) => (index === 0 ? mark + line : line === "" ? "" : `  ${line}`));
}

function printScalar(value: string | number | boolean | null): string {
  if (typeof value !== "string") return String(value);
  return PLAIN.test(value) && !RESERVED.test(value) ? value : JSON.stringify(value);
}

/** Several lines that stay as they are: the first not indented, one line break at the end, no blank one before it. */
function isBlock(text: string): boolean {
  return /^[^\s][^]*[^\n]\n$/.test(text) && text.slice(0, -1).includes("\n") && !UNPRINTABLE.test(text);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
