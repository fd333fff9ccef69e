/**
 * The command line: which commands there are, and what a mistake in one says.
 *
 * Owns parsing and exit codes. Does nothing itself.
 */
import { Command as Parser, CommanderError, Help, type Option } from "commander";
import type { Arguments, Command } from "./command.ts";
import type { ExitCode, Io } from "./io.ts";

interface Entry {
  readonly name: string;
  readonly summary: string;
  /** A command reads what it needs when it is asked for, and not what the others need. */
  readonly load: () => Promise<Command>;
}

const COMMANDS: readonly Entry[] = [
  {
    name: "serve",
    summary: "run the server",
    load: async () => (await import("./commands/serve.ts")).serve,
  },
  {
    name: "mask",
    summary: "mask stdin (or FILE) to stdout, as a stream",
    load: async () => (await import("./commands/mask.ts")).mask,
  },
  {
    name: "detokenize",
    summary: "turn tokens of `encrypt` and `fpe` on stdin (or in FILE) back into their values",
    load: async () => (await import("./commands/detokenize.ts")).detokenize,
  },
  {
    name: "detect",
    summary: "list the findings of texts, one JSON object a line",
    load: async () => (await import("./commands/detect.ts")).detect,
  },
  {
    name: "explain",
    summary: "say why values were masked, and what was nearly",
    load: async () => (await import("./commands/explain.ts")).explain,
  },
  {
    name: "check",
    summary: "check a configuration file and print what each policy does",
    load: async () => (await import("./commands/check.ts")).check,
  },
  {
    name: "verify",
    summary: "prove on an input of yours that no cut changes the output",
    load: async () => (await import("./commands/verify.ts")).verify,
  },
  {
    name: "bench",
    summary: "measure how fast a policy masks an input of yours",
    load: async () => (await import("./commands/bench.ts")).bench,
  },
  {
    name: "token",
    summary: "make an API key, or mint and verify JWTs for development",
    load: async () => (await import("./commands/token.ts")).token,
  },
  {
    name: "canary",
    summary: "listen on two ports, of which network policy forbids one",
    load: async () => (await import("./commands/canary.ts")).canary,
  },
  {
    name: "manifests",
    summary: "print Kubernetes manifests from the configuration",
    load: async () => (await import("./commands/manifests.ts")).manifests,
  },
  {
    name: "netpolicy",
    summary: "say what network policies allow, and whether raw data can get round the masker",
    load: async () => (await import("./commands/netpolicy.ts")).netpolicy,
  },
  {
    name: "worker",
    summary: "build the folder that deploys the edge worker",
    load: async () => (await import("./commands/worker.ts")).worker,
  },
];

/** Runs one command line (without the program's name); resolves with the exit code. */
export async function runCommandLine(words: readonly string[], io: Io, version: string): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const program = new Parser("maskwire")
    .description("Masks personal data and secrets in live streams.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show this help")
    .addHelpText("after", "\nmaskwire <command> --help tells more. Start with: maskwire serve --demo\n");
  settle(program, io);
  for (const { name, summary, load } of COMMANDS) {
    const parser = settle(program.command(name).summary(summary).description(summary), io);
    // The help lists all, and a mistyped name is compared with all; what one takes is asked of it when it is named.
    if (!words.includes(name)) continue;
    const command = await load();
    command
      .define(parser)
      .addHelpText("after", `${command.notes}\n`)
      .action(async () => {
        exitCode = await command.run(argumentsOf(parser), io);
      });
  }
  try {
    if (words.length === 0) program.help({ error: true });
    await program.parseAsync(words, { from: "user" });
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
    throw thrown;
  }
}

function settle(parser: Parser, io: Io): Parser {
  return parser
    .exitOverride()
    .allowExcessArguments(false)
    .showSuggestionAfterError(true)
    .configureHelp({ optionDescription: describeOption })
    .showHelpAfterError(`see: maskwire ${parser.name() === "maskwire" ? "" : `${parser.name()} `}--help`)
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
    });
}

/** A flag that is not given is off, and a list without entries is empty: nobody needs to be told. */
function describeOption(option: Option): string {
  const given: unknown = option.defaultValue;
  const isPlain = given === false || (Array.isArray(given) && given.length === 0);
  return isPlain ? option.description : new Help().optionDescription(option);
}

function argumentsOf(parser: Parser): Arguments {
  const [file] = parser.args;
  return { ...parser.opts<Arguments>(), words: parser.args, ...(file === undefined ? {} : { file }) };
}
