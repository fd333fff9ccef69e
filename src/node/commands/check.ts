/** `maskwire check`: does the configuration hold, and what does each policy cost. */
import { measureAutomaton } from "../../core/engine.ts";
import type { FieldRules } from "../../core/field-rules.ts";
import type { Policy } from "../../core/index.ts";
import { refuseDetokenize } from "../../server/reversal/detokenize-rules.ts";
import { placeIn } from "../../server/config/extend-policy.ts";
import { refuseViews } from "../../server/feeds/view-rules.ts";
import { configOption, type Command } from "../command.ts";
import { checkReach, loadConfig, type Loaded, type Rest } from "../config/load.ts";
import { tellUnread } from "../config/unread.ts";
import type { ConfigProblem } from "../config/problem.ts";
import { notSpoilt } from "../config/rest.ts";
import { refuseHistory } from "../history/open-broker.ts";
import { tell } from "../io.ts";
import { createOutput } from "../output.ts";
import { checkPatterns, patternsOf, shippedPatterns } from "../pattern-check.ts";
import { compileNamed, report } from "../policies.ts";

export const check: Command = {
  notes: `
Without a file the defaults are checked. Every mistake is printed with line and column.

Exit: 0 the configuration holds, 1 it does not, 2 usage, or the file cannot be read.`,
  define: (parser) => parser.argument("[file]", "configuration file, in place of --config").addOption(configOption()),
  run: async (args, io) => {
    if (args.config !== undefined && args.file !== undefined) {
      tell(io, "two configuration files; name one");
      return 2;
    }
    const configFile = args.config ?? args.file;
    const loaded = await loadConfig({ environment: io.environment, configFile, missingKey: "none" });
    if (!loaded.ok) {
      const more = loaded.rest === undefined ? [] : checkRest(loaded.rest);
      report([...loaded.problems, ...more].toSorted(byPlace), io);
      return loaded.isUnread ? 2 : 1;
    }
    const { config, fileName = "defaults" } = loaded.value;
    tellUnread(loaded.value.fileName, io);
    const compiled = Object.keys(config.policies).map((name) => compileNamed(loaded.value, name));
    const problems = [
      ...checkWhole(loaded.value),
      ...compiled.flatMap((one) => (one.ok ? checkDetectors(one.value, loaded.value) : one.problems)),
    ];
    const output = createOutput(io.stdout);
    for (const one of compiled) if (one.ok) await output.write(describePolicy(one.value));
    await output.finish();
    report(problems, io);
    if (problems.length > 0) return 1;
    tell(io, `${fileName}: ok`);
    return 0;
  },
};

/** What keys of the file say together, and against each other. */
function checkWhole({ config, keys, problemAt }: Loaded): ConfigProblem[] {
  const hasKeys = keys !== undefined;
  return [
    ...checkReach(config, problemAt),
    ...[...refuseViews(config), ...refuseDetokenize(config, { hasKeys }), ...refuseHistory(config, { hasKeys })].map(
      ({ path, reason }) => problemAt(path, reason),
    ),
  ];
}

/** What is wrong besides, of what no fault has spoilt. */
function checkRest({ value, spoilt }: Rest): ConfigProblem[] {
  const names = Object.keys(value.config.policies).filter((name) => !spoilt.paths.has(`policies.${name}`));
  const policies = names.flatMap((name) => {
    const compiled = compileNamed(value, name);
    return compiled.ok ? checkDetectors(compiled.value, value) : compiled.problems;
  });
  return notSpoilt(spoilt, [...policies, ...(spoilt.isWhole ? checkWhole(value) : [])]);
}

function byPlace(one: ConfigProblem, other: ConfigProblem): number {
  return (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0);
}

/** Each pattern has to mean something to RE2 as well, which says what patterns mean. */
function checkDetectors({ name, detectors }: Policy, { config, problemAt }: Loaded): ConfigProblem[] {
  const known = new Set(shippedPatterns().map(({ pattern }) => pattern));
  return checkPatterns(patternsOf(detectors), known).map(({ name: pattern, reason }) => {
    const [entity = ""] = pattern.split(" ", 1);
    const isOwn = Object.values(config.policies).some((one) => one.detectors?.some((own) => own.entity === entity));
    const at = isOwn ? ["detectors", entity, "pattern"] : [];
    return problemAt(placeIn(config.policies, name, at), `BAD_PATTERN: ${pattern}: ${reason}`);
  });
}

function describePolicy(policy: Policy): string {
  const { instructions, byteClasses } = policy.figures;
  const { states, stateLimit, tableBytes, tableLimitBytes } = measureAutomaton(policy.engine);
  const rows = [
    ["longest match", `${format(policy.longestMatchBytes)} bytes`],
    ["holdback at most", `${format(policy.holdbackMaxBytes)} bytes`],
    ["automaton", `${format(instructions)} instructions, ${format(byteClasses)} byte classes`],
    ["  states", `${format(states)} on the detectors' examples, at most ${format(stateLimit)}`],
    ["  table", `${format(tableBytes)} bytes, at most ${format(tableLimitBytes)}`],
    ["on invalid", policy.onInvalid],
    ...describeFields(policy.fields),
    ["detectors", format(policy.detectors.length)],
  ];
  const detectors = policy.detectors.map(({ entity, source }) => [`  ${entity}`, source]);
  return `policy ${policy.name}\n${[...rows, ...detectors].map(([name = "", text = ""]) => `  ${name.padEnd(22)}${text}\n`).join("")}\n`;
}

/** Nothing where a policy names no field. */
function describeFields({ counts, kept: paths }: FieldRules): [string, string][] {
  const { hidden, kept, looked } = counts;
  if (hidden + kept + looked === 0) return [];
  const elsewhere = looked > 0 ? `, looks below ${format(looked)} only` : "";
  return [
    ["paths of fields", `${format(hidden)} hidden, ${format(kept)} kept${elsewhere}`],
    ...paths.map((path): [string, string] => ["  kept", `${path}: whatever detectors find there`]),
  ];
}

function format(amount: number): string {
  return amount.toLocaleString("en-US");
}
