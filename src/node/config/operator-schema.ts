/**
 * The shape of an operator in maskwire.yaml, out of the core's table of operators.
 *
 * Owns the way from a row of that table to zod. Knows no operator by name.
 */
import { z } from "zod";
import { OPERATOR_KINDS, type OperatorSpec, type OptionRule } from "../../core/index.ts";

function optionOf(rule: OptionRule): z.ZodType {
  const type = typeOf(rule);
  return (rule.isRequired === true ? type : type.exactOptional()).describe(rule.description);
}

function typeOf(rule: OptionRule): z.ZodType {
  switch (rule.kind) {
    case "integer":
      return z.int().min(rule.min).max(rule.max);
    case "choice":
      return z.enum(rule.choices);
    case "boolean":
      return z.boolean();
    case "text":
      return z.string().regex(rule.pattern);
  }
}

const operatorShapes = OPERATOR_KINDS.map(({ name, description, options }) =>
  z.strictObject({
    operator: z.literal(name).describe(description),
    ...Object.fromEntries(Object.entries(options).map(([key, rule]) => [key, optionOf(rule)])),
  }),
);

/** A choice of all operators; `keep` says what letting a value be means here. */
export function operatorOf(keep: string): z.ZodType<OperatorSpec> {
  const shapes = [...operatorShapes, z.strictObject({ operator: z.literal("keep").describe(keep) })];
  // The core's table and its types are one; zod only sees the table.
  return z.discriminatedUnion(
    "operator",
    shapes as unknown as [z.core.$ZodTypeDiscriminable],
  ) as unknown as z.ZodType<OperatorSpec>;
}
