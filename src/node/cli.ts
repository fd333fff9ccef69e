/**
 * The command line: which commands there are, and what a mistake in one says.
 *
 * Owns parsing and exit codes. Does nothing itself.
 */
import { Command as Parser, CommanderError } from "commander";
import type { Arguments, Command } from "./command.ts";
import { canary } from "./commands/canary.ts";
import { check } from "./commands/check.ts";
import { detect } from "./commands/detect.ts";
import { detokenize } from "./commands/detokenize.ts";
import { explain } from "./commands/explain.ts";
import { manifests } from "./commands/manifests.ts";
import { mask } from "./commands/mask.ts";
import { netpolicy } from "./commands/netpolicy.ts";
import { serve } from "./commands/serve.ts";
import { token } from "./commands/token.ts";
import { verify } from "./commands/verify.ts";
import { worker } from "./commands/worker.ts";
import type { ExitCode, Io } from "./io.ts";

const COMMANDS: readonly Command[] = [
  serve,
  mask,
  detokenize,
  detect,
  explain,
  check,
  verify,
  token,
  canary,
  manifests,
  netpolicy,
  worker,
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
  for (const command of COMMANDS) {
    const parser = command.define(program.command(command.name).summary(command.summary)).description(command.summary);
    settle(parser, io).addHelpText("after", `${command.notes}\n`);
    parser.action(async () => {
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
    .showHelpAfterError(`see: maskwire ${parser.name() === "maskwire" ? "" : `${parser.name()} `}--help`)
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
    });
}

function argumentsOf(parser: Parser): Arguments {
  const [file] = parser.args;
  return { ...parser.opts<Arguments>(), words: parser.args, ...(file === undefined ? {} : { file }) };
}
