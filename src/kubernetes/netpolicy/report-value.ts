/** A report as plain values, for JSON: names, ports, rules and places; no objects of the input. */
import { levelOf, RULES, type Finding } from "../finding.ts";
import { describeHalf } from "./describe.ts";
import type { Flow } from "./flows.ts";
import { endName } from "./model.ts";
import { describePorts } from "./port-set.ts";
import type { Leak } from "./prove.ts";
import { ASSUMPTIONS, exitCodeOf, type Report } from "./verify.ts";

export function reportValue(report: Report): object {
  const { verdict, unknowns, leaks, flows, findings, notes, counts } = report;
  return {
    verdict,
    exitCode: exitCodeOf(report),
    unknowns,
    leaks: leaks.map(leakValue),
    findings: findings.map(findingValue),
    flows: flows.map(flowValue),
    notes,
    assumptions: ASSUMPTIONS,
    counts,
  };
}

function leakValue({ role, path, steps, moreCount, isClosedWorld }: Leak): object {
  return {
    role,
    path: path.map(endName),
    steps: steps.map(({ from, to, ports, egress, ingress }) => ({
      from: endName(from),
      to: endName(to),
      ports: describePorts(ports),
      egress: describeHalf(egress),
      ingress: describeHalf(ingress),
    })),
    moreCount,
    isClosedWorld,
  };
}

export function findingValue(finding: Finding): object {
  const { rule, object, place, detail } = finding;
  return { rule, level: levelOf(finding), object, ...place, detail, ...pickTexts(rule) };
}

function pickTexts(rule: Finding["rule"]): { readonly means: string; readonly remedy: string } {
  const { means, remedy } = RULES[rule];
  return { means, remedy };
}

function flowValue({ name, from, to, port, isAllowed }: Flow): object {
  return { name, from: endName(from), to: endName(to), port, isAllowed };
}
