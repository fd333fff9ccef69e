/**
 * Label selectors, as the API server reads them.
 *
 * A selector that says nothing matches everything; what is malformed matches nothing (the checks tell why).
 */
import { labelsOf, type Labels } from "./object.ts";
import { fieldsOf, listOf, textOf } from "./value.ts";

export interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

/** `matchLabels` are requirements too: one `In` with one value each. */
export type Selector = readonly Requirement[];

export function selectorOf(value: unknown): Selector {
  const { matchLabels, matchExpressions } = fieldsOf(value);
  const equal = Object.entries(labelsOf(matchLabels)).map(([key, only]) => ({ key, operator: "In", values: [only] }));
  const expressions = listOf(matchExpressions).map((expression) => {
    const { key, operator, values } = fieldsOf(expression);
    return { key: textOf(key), operator: textOf(operator), values: listOf(values).map(textOf) };
  });
  return [...equal, ...expressions];
}

export function isSelected(selector: Selector, labels: Labels): boolean {
  return selector.every((requirement) => isMet(requirement, labels));
}

/** An unknown operator is met by nobody. */
function isMet({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      return false;
  }
}

/**
 * Labels that a selector matches, as few as it takes: what whoever may create pods would write.
 * `undefined` when nothing can match.
 */
export function witnessOf(selector: Selector, base: Labels = {}): Labels | undefined {
  const labels: Record<string, string> = { ...base };
  for (const { key, operator, values } of selector) {
    if (Object.hasOwn(labels, key)) continue;
    const excluded = selector.filter((other) => other.key === key && other.operator === "NotIn");
    const allowed = values.filter((value) => excluded.every((other) => !other.values.includes(value)));
    if (operator === "In" && allowed[0] !== undefined) labels[key] = allowed[0];
    if (operator === "Exists") labels[key] = unusedValue(excluded.flatMap((other) => other.values));
  }
  return isSelected(selector, labels) ? labels : undefined;
}

function unusedValue(used: readonly string[]): string {
  let value = "any";
  while (used.includes(value)) value += "x";
  return value;
}

export function describeSelector(selector: Selector): string {
  if (selector.length === 0) return "all";
  return selector
    .map(({ key, operator, values }) => {
      if (operator === "In" && values.length === 1) return `${key}=${values[0] ?? ""}`;
      return values.length === 0 ? `${key} ${operator}` : `${key} ${operator} (${values.join(", ")})`;
    })
    .join(",");
}
