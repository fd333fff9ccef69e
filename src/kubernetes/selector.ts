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
