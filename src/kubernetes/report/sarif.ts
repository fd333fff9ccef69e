/**
 * Findings and leaks as SARIF 2.1.0, which code hosts show beside the line.
 *
 * Owns the mapping. Lines are those of the input; what has none stands at line 1.
 */
import { levelOf, RULES, type Finding, type RuleId } from "../finding.ts";
import { endName, type Rule } from "../netpolicy/model.ts";
import type { Leak } from "../netpolicy/prove.ts";
import type { Report, Unknown } from "../netpolicy/verify.ts";
import type { Place } from "../object.ts";

const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

interface Result {
  readonly ruleId: string;
  readonly level: "error" | "warning" | "note";
  readonly message: { readonly text: string };
  readonly locations: readonly object[];
}

const PROOF_RULES: Readonly<Record<string, string>> = {
  leak: "raw data can reach somebody without crossing the masker",
  unknown: "something was not understood, so nothing is proved",
};

export function sarifOf({ leaks, unknowns, findings }: Pick<Report, "leaks" | "unknowns" | "findings">): object {
  const rules = [
    ...Object.entries(PROOF_RULES).map(([id, means]) => ({ id, shortDescription: { text: means } })),
    ...(Object.keys(RULES) as RuleId[]).map((id) => ({
      id,
      shortDescription: { text: RULES[id].means },
      help: { text: RULES[id].remedy },
      defaultConfiguration: { level: RULES[id].level },
    })),
  ];
  return {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "maskwire netpolicy", rules } },
        results: [...unknowns.map(unknownResult), ...leaks.map(leakResult), ...findings.map(findingResult)],
      },
    ],
  };
}

function unknownResult({ object, text, ...place }: Unknown): Result {
  return result("unknown", "error", `${object}: ${text}`, place);
}

function leakResult({ path, steps }: Leak): Result {
  const opening = steps.flatMap(({ egress, ingress }) => [ruleOf(egress.why), ruleOf(ingress.why)]).find(Boolean);
  return result("leak", "error", `raw data can flow ${path.map(endName).join(" - ")}`, opening?.place);
}

function ruleOf(why: { readonly kind: string; readonly rule?: Rule }): Rule | undefined {
  return why.kind === "rule" ? why.rule : undefined;
}

function findingResult(finding: Finding): Result {
  const { rule, object, place, detail } = finding;
  const { means, remedy } = RULES[rule];
  return result(rule, levelOf(finding), `${object}: ${detail}. ${means}: ${remedy}`, place);
}

function result(ruleId: string, level: Result["level"], text: string, place?: Place): Result {
  const uri = place === undefined || place.file === "" || place.file === "-" ? "stdin" : place.file;
  const region = { startLine: Math.max(1, place?.line ?? 1) };
  return {
    ruleId,
    level,
    message: { text },
    locations: [{ physicalLocation: { artifactLocation: { uri }, region } }],
  };
}
