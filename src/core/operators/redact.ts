/** `[EMAIL]`, or a text of one's own. Keeps nothing, gives away the entity. */
import { encodeUtf8 } from "../bytes.ts";
import { redacted, type OperatorKind } from "./operator.ts";
import type { RedactSpec } from "./spec.ts";

export const COUNTER = "{counter}";
const PLACEHOLDERS = /\{(?!(?:entity|counter)\})|(?<!\{(?:entity|counter))\}/;

export const redact: OperatorKind<RedactSpec> = {
  name: "redact",
  description: "Writes [ENTITY] in place of the value.",
  options: {
    template: {
      kind: "text",
      pattern: /^[ -~]{1,64}$/,
      hint: "1 to 64 printable ASCII characters",
      description: "What is written instead; `{entity}` is the entity, `{counter}` its number in the stream or event.",
    },
  },
  compile({ template }, { entity, isFinding, refuse }) {
    if (template === undefined) return { needsText: false, run: () => undefined };
    if (PLACEHOLDERS.test(template)) refuse("template: braces are for {entity} and {counter}");
    const [first, ...others] = template.replaceAll("{entity}", entity).split(COUNTER);
    if (others.length === 0) {
      const bytes = encodeUtf8(first);
      return { needsText: false, run: () => bytes };
    }
    if (isFinding === undefined) refuse("template: {counter} counts findings; write it under `operators`");
    return { needsText: false, run: ({ count = 1 }) => encodeUtf8([first, ...others].join(String(count))) };
  },
};

/** What a template may become; an operator without one writes the default. */
export function exampleOf({ template }: RedactSpec, entity: string): Uint8Array {
  if (template === undefined) return redacted(entity);
  return encodeUtf8(template.replaceAll("{entity}", entity).replaceAll(COUNTER, "1"));
}
