/**
 * The corpus of cases: test/cases/*.toml, run whole, at every cut and on every runtime.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "smol-toml";
import type { Format, FormatOptions, PolicySpec } from "../../src/core/index.ts";

export interface Case {
  readonly file: string;
  readonly name: string;
  readonly choice: { readonly format: Format } & FormatOptions;
  readonly input: Uint8Array;
  readonly output: Uint8Array;
  readonly policy: PolicySpec;
}

interface CaseRow {
  readonly name: string;
  readonly format?: Format;
  /** What the media type says in parameters. */
  readonly options?: FormatOptions;
  /** Text, or bytes in hex for what is no legal text. */
  readonly input?: string;
  readonly inputHex?: string;
  /** Left out: the input is to stay as it is. */
  readonly output?: string;
  readonly outputHex?: string;
  readonly policy?: PolicySpec;
}

/** Root key of every operator in the cases that needs one. */
export const CASE_KEY = new TextEncoder().encode("0123456789abcdef0123456789abcdef");

/** True when the case runs with CASE_KEY; without a key some answers differ (an SSE id with a finding). */
export function isKeyed(policy: PolicySpec): boolean {
  return /"(?:hash|pseudonym|encrypt|fpe|date-shift)"/.test(JSON.stringify(policy));
}

const FOLDER = fileURLToPath(new URL("../cases/", import.meta.url));

/** A format as tests choose it that say nothing more of it. */
export function choiceOf(format: Format): { readonly format: Format } & FormatOptions {
  return format === "multipart" ? { format, boundary: "b" } : { format };
}

export function loadCases(): Case[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(".toml"))
    .toSorted()
    .flatMap((file) => loadFile(file));
}

function loadFile(file: string): Case[] {
  const document = parse(readFileSync(FOLDER + file, "utf8")) as unknown as {
    format: Format;
    options?: FormatOptions;
    policy?: PolicySpec;
    case: CaseRow[];
  };
  return document.case.map((row) => {
    const input = bytesOf(row.input, row.inputHex);
    const isKept = row.output === undefined && row.outputHex === undefined;
    return {
      file,
      name: row.name,
      choice: { format: row.format ?? document.format, ...document.options, ...row.options },
      input,
      output: isKept ? input : bytesOf(row.output, row.outputHex),
      policy: row.policy ?? document.policy ?? {},
    };
  });
}

function bytesOf(text: string | undefined, hex: string | undefined): Uint8Array {
  return text === undefined
    ? new Uint8Array(Buffer.from((hex ?? "").replaceAll(" ", ""), "hex"))
    : new TextEncoder().encode(text);
}
