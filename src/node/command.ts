/** What a command is: a value whose `run` is given everything it touches. */
import { InvalidArgumentError, Option, type Command as Parser } from "commander";
import { type Format, FORMATS, type FormatChoice, readMediaType } from "../core/index.ts";
import type { Target } from "../kubernetes/render/tree.ts";
import type { ExitCode, Io } from "./io.ts";

export const ENGINES = ["automaton", "re2"] as const;
export type EngineName = (typeof ENGINES)[number];

/** Everything that a command line can say. Each command declares, and is given, the part that it knows. */
export interface Arguments {
  readonly file?: string;
  /** All words that are no option. */
  readonly words?: readonly string[];
  readonly config?: string;
  readonly policy?: string;
  readonly format?: FormatChoice;
  readonly engine?: EngineName;
  readonly port?: number;
  readonly dataDir?: string;
  readonly demo?: boolean;
  readonly seed?: number;
  readonly grant?: readonly string[];
  readonly life?: number;
  readonly issuer?: string;
  readonly subject?: string;
  readonly json?: boolean;
  readonly unsafeShowValues?: boolean;
  readonly refused?: boolean;
  readonly host?: string;
  readonly control?: number;
  readonly forbidden?: number;
  readonly target?: Target;
  readonly out?: string;
  readonly check?: boolean;
  /** Of commands whose `--format` is of what they print. */
  readonly outputFormat?: string;
  readonly closedWorld?: boolean;
  readonly purpose?: string;
  readonly audit?: string;
  readonly findings?: string;
  readonly conduit?: readonly string[];
  readonly seconds?: number;
  readonly chunk?: number;
}

/** What cli.ts reaches by its name. */
export interface Command {
  /** Examples and exit codes, shown below the options. */
  readonly notes: string;
  define(parser: Parser): Parser;
  run(args: Arguments, io: Io): Promise<ExitCode>;
}

export const configOption = (): Option =>
  new Option("-c, --config <file>", "configuration file, such as maskwire.yaml; without it the defaults");
export const policyOption = (): Option => new Option("-p, --policy <name>", "policy of the configuration file");
export const engineOption = (): Option =>
  new Option("--engine <name>", "what looks for matches: our automaton, or RE2 (slow; to compare)")
    .choices(ENGINES)
    .default("automaton" satisfies EngineName);
/** Formats that need no parameter. */
const NAMES = FORMATS.filter((format) => format !== "multipart");

export const formatOption = (): Option =>
  new Option("-f, --format <format>", `what the input is: ${NAMES.join(", ")}, or a media type`).argParser(readFormat);

/** A name, or a media type with its parameters: `text/csv; header=absent`. */
function readFormat(text: string): FormatChoice {
  const named = NAMES.find((format) => format === text);
  if (named !== undefined) return named;
  try {
    const { format, options } = readMediaType(text);
    return { format, ...options };
  } catch {
    throw new InvalidArgumentError(`Allowed choices are ${NAMES.join(", ")}, or a media type that can be masked.`);
  }
}

/** A whole number in a range, exactly as written: no sign, no fraction, no spaces. */
export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    if (/^\d{1,10}$/.test(text) && Number(text) >= minimum && Number(text) <= maximum) return Number(text);
    throw new InvalidArgumentError(`Write a whole number from ${minimum} to ${maximum}.`);
  };
}

const FORMAT_BY_ENDING: Readonly<Record<string, FormatChoice>> = {
  json: "json",
  jsonl: "ndjson",
  jsonseq: "json-seq",
  ndjson: "ndjson",
  sse: "sse",
  csv: "csv",
  tsv: { format: "csv", delimiter: "tab" },
};

export function formatName(choice: FormatChoice): Format {
  return typeof choice === "string" ? choice : choice.format;
}

/** An input, what it is, and the policy that it goes through. */
export function withInput(parser: Parser): Parser {
  return parser
    .argument("[file]", "input; stdin when left out or -")
    .addOption(formatOption())
    .addOption(policyOption())
    .addOption(configOption());
}

/** The format asked for; else by the file's ending; else text. */
export function formatOf({ format, file }: Arguments): FormatChoice {
  const ending = /\.([a-z]+)$/i.exec(file ?? "")?.[1] ?? "";
  return format ?? FORMAT_BY_ENDING[ending.toLowerCase()] ?? "text";
}
