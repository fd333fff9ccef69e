/**
 * `drop-field` and `drop-event`: what holds a finding goes with it.
 *
 * Owns what they write, which is a mark and the redacted value: formats do the dropping (drops.ts); and where that could not
 * be done. Gives away that something is missing, at most.
 */
import { type Dropped, marked } from "../drops.ts";
import { FIELD } from "../finding.ts";
import { type OperatorContext, type OperatorKind, redacted } from "./operator.ts";
import type { DropSpec } from "./spec.ts";

function dropKind(drops: Dropped, description: string): OperatorKind<DropSpec> {
  return {
    name: `drop-${drops}`,
    description,
    options: {},
    compile(_, context) {
      refuseWhere(context);
      const bytes = marked(drops, redacted(context.entity));
      return { needsText: false, drops, run: () => bytes };
    },
  };
}

/** What is dropped has to be told from what is not: neither text without fields nor one over several events has such parts. */
function refuseWhere({ entity, policy, isFinding, refuse }: OperatorContext): void {
  const { onInvalid = "mask-as-text", joinFields = [], joinMessages = false } = policy;
  if (onInvalid === "mask-as-text") refuse("what does not parse has nothing to drop; write onInvalid: drop or close");
  if (joinMessages || joinFields.length > 0)
    refuse("goes without joinFields and joinMessages, whose texts are in several events");
  if (isFinding === undefined && entity !== FIELD)
    refuse(`${entity} is what a remote detector finds, last of all; write another operator for it`);
}

export const dropField = dropKind("field", "Leaves out the field that holds the value, with its name.");
export const dropEvent = dropKind("event", "Leaves out the event or record that holds the value.");
