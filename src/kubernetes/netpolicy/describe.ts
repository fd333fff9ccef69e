/** What a verdict, a connection and a matrix read like, for people. Owns words and layout; decides nothing. */
import { levelOf, RULES, type Finding } from "../finding.ts";
import type { Place } from "../object.ts";
import type { Connection, Half, Verdict } from "./evaluate.ts";
import { describeFlow } from "./flows.ts";
import { endName } from "./model.ts";
import { describePorts } from "./port-set.ts";
import type { Leak, Step } from "./prove.ts";
import { ASSUMPTIONS, type Report } from "./verify.ts";

const SENTENCES: Readonly<Record<Report["verdict"], string>> = {
  PROVED: "PROVED: raw data reaches nobody without crossing the masker",
  LEAK: "LEAK: raw data can get round the masker",
  UNKNOWN: "UNKNOWN: not everything was understood, so nothing is said either way",
};

export function describeReport(report: Report): string {
  const { verdict, unknowns, leaks, flows, findings, notes, counts } = report;
  const lines = [SENTENCES[verdict]];
  for (const { file, line, object, text } of unknowns)
    lines.push("", `unknown  ${at({ file, line })}${object}: ${text}`);
  for (const leak of leaks) lines.push("", ...describeLeak(leak));
  if (findings.length > 0) lines.push("", ...findings.flatMap(describeFinding));
  const open = flows.filter(({ isAllowed }) => isAllowed);
  if (open.length > 0) lines.push("", ...open.map((flow) => `flow     ${describeFlow(flow)}`));
  if (notes.length > 0) lines.push("", ...notes.map((note) => `note     ${note}`));
  lines.push("", `${counts.policies} policies, ${counts.pods} workloads, ${counts.ends} ends. This stands on:`);
  return `${[...lines, ...ASSUMPTIONS.map((one) => `  - ${one}`)].join("\n")}\n`;
}

function describeLeak({ path, role, steps, moreCount, isClosedWorld }: Leak): string[] {
  const way = path.map(endName).join(" - ");
  const more = moreCount === 0 ? "" : `, and ${moreCount} more by the same rules`;
  const world = isClosedWorld ? "" : "; open world: whoever may create pods there could";
  return [`leak     ${way} (${role}${more}${world})`, ...steps.flatMap(describeStep)];
}

function describeStep({ from, to, ports, egress, ingress }: Step): string[] {
  return [
    `  ${endName(from)} may open ${endName(to)}: ${describePorts(ports)}`,
    `    egress   ${describeHalf(egress)}`,
    `    ingress  ${describeHalf(ingress)}`,
  ];
}

export function describeFinding(finding: Finding): string[] {
  const { rule, object, place, detail } = finding;
  const { means, remedy } = RULES[rule];
  return [`${levelOf(finding).padEnd(8)} ${at(place)}${object}: ${detail} [${rule}]`, `         ${means}: ${remedy}`];
}

export function describeHalf({ why }: Half): string {
  switch (why.kind) {
    case "same-pod":
      return "the same pod";
    case "no-pod":
      return "outside, or on its node's network: no policy binds it";
    case "not-selected":
      return "no policy of this direction selects it";
    case "rule": {
      const { policy, index, place } = why.rule;
      return `by ${policy.namespace}/${policy.name}, rule ${index + 1}${placeText(place)}`;
    }
    default:
      return `no rule of ${why.policies.map(({ namespace, name, place }) => `${namespace}/${name}${placeText(place)}`).join(", ")}`;
  }
}

export function describeConnection({ from, to, port, protocol }: Connection, verdict: Verdict): string {
  const mark = (half: Half): string => (half.allow ? "allowed" : "denied ");
  return [
    `${endName(from)} -> ${endName(to)}:${port}/${protocol}: ${verdict.allow ? "allowed" : "denied"}`,
    `  egress   ${mark(verdict.egress)}  ${describeHalf(verdict.egress)}`,
    `  ingress  ${mark(verdict.ingress)}  ${describeHalf(verdict.ingress)}`,
    "",
  ].join("\n");
}

function at({ file, line }: Place): string {
  return file === "" ? "" : `${file}:${line}: `;
}

function placeText({ file, line }: Place): string {
  return file === "" ? "" : ` (${file}:${line})`;
}
