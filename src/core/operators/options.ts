/**
 * The options of operators as data: one table gives the check here, the configuration's schema and its documentation.
 *
 * Owns names, ranges and descriptions of kinds of options, and the refusal of one that is out of range.
 */

interface Described {
  readonly description: string;
  readonly isRequired?: boolean;
}

export type OptionRule = Described &
  (
    | { readonly kind: "integer"; readonly min: number; readonly max: number }
    | { readonly kind: "choice"; readonly choices: readonly string[] }
    | { readonly kind: "boolean" }
    /** `hint` says what to write. */
    | { readonly kind: "text"; readonly pattern: RegExp; readonly hint: string }
  );

/** What is wrong with an operator's options; undefined when they hold. */
export function findOptionFault(
  rules: Readonly<Record<string, OptionRule>>,
  spec: Readonly<Record<string, unknown>>,
): string | undefined {
  for (const [name, value] of Object.entries(spec)) {
    if (name === "operator" || value === undefined) continue;
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) return `has no option ${name}; there are ${Object.keys(rules).join(", ") || "none"}`;
    if (!fitsOption(rule, value)) return `${name}: write ${describeRange(rule)}`;
  }
  const missing = Object.entries(rules).find(([name, rule]) => rule.isRequired === true && spec[name] === undefined);
  return missing === undefined ? undefined : `needs ${missing[0]}: write ${describeRange(missing[1])}`;
}

export function fitsOption(rule: OptionRule, value: unknown): boolean {
  switch (rule.kind) {
    case "integer":
      return Number.isSafeInteger(value) && (value as number) >= rule.min && (value as number) <= rule.max;
    case "choice":
      return typeof value === "string" && rule.choices.includes(value);
    case "boolean":
      return typeof value === "boolean";
    case "text":
      return typeof value === "string" && rule.pattern.test(value);
  }
}

function describeRange(rule: OptionRule): string {
  switch (rule.kind) {
    case "integer":
      return `a whole number from ${rule.min} to ${rule.max}`;
    case "choice":
      return `one of ${rule.choices.join(", ")}`;
    case "boolean":
      return "true or false";
    case "text":
      return rule.hint;
  }
}
