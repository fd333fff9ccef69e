/** The command line of `npm run bench`. Owns its options and their help; nothing unknown is accepted. */
import { parseArgs } from "node:util";

export const HELP = `npm run bench -- [options]

Measures maskwire against its peers on seeded corpora. Every answer is checked before it is timed; peers run in turns in
the same run; times are CPU times. Needs a build (npm run build).

  --only NAME       only the group or bench of this name, e.g. scan or scan/text-sparse; may be repeated
  --list            print benches, peers and whether they are present, and end
  --seconds N       how long a bench repeats itself (default 10)
  --json            results as JSON on standard output
  --csv             write them to bench/results/<date>-<cpu>.csv too; with --only beside what the newest of these files
                    has of the other benches
  --report          write docs/performance.md from the newest of these files, and measure nothing
  --install-peers   install missing peers: re2js into bench/.peers and, as root, Debian's packages
  --help            print this

Exit: 0 measured, 1 a wrong answer or a failed measurement, 2 usage or no build. A bar that is not met is no failure.
`;

const DEFAULT_SECONDS = 10;

const OPTIONS = {
  only: { type: "string", multiple: true, default: [] as string[] },
  list: { type: "boolean", default: false },
  seconds: { type: "string", default: String(DEFAULT_SECONDS) },
  json: { type: "boolean", default: false },
  csv: { type: "boolean", default: false },
  report: { type: "boolean", default: false },
  "install-peers": { type: "boolean", default: false },
  // A measurement that this command runs in a process of its own.
  child: { type: "string" },
  help: { type: "boolean", default: false },
} as const;

export interface Options {
  readonly action: "measure" | "list" | "report" | "install-peers" | "help";
  readonly only: readonly string[];
  readonly seconds: number;
  readonly isJson: boolean;
  readonly isCsv: boolean;
  readonly child: string | undefined;
}

/** Returns the mistake as text when there is one. */
export function parseOptions(args: readonly string[]): Options | string {
  let values;
  try {
    ({ values } = parseArgs({ args: [...args], options: OPTIONS, strict: true }));
  } catch (error) {
    return error instanceof Error ? error.message : "bad options";
  }
  const seconds = Number(values.seconds);
  if (!(seconds > 0)) return "--seconds must be a number above 0";
  const actions = (["help", "list", "report", "install-peers"] as const).filter((action) => values[action]);
  if (actions.length > 1) return `--${actions.join(" and --")} do not go together`;
  return {
    action: actions[0] ?? "measure",
    only: values.only,
    seconds,
    isJson: values.json,
    isCsv: values.csv,
    child: values.child,
  };
}
