/**
 * What not every policy needs: a deployment at the edge carries it only where its policies name such an operator, drop extra fields
 * or decode what they read (worker/build.mjs).
 *
 * Owns the list. Bundled alone it has copies of what it imports, so nothing here may depend on the identity of a class.
 */
import { dateShift } from "./operators/date-shift.ts";
import { dropEvent, dropField } from "./operators/drop.ts";
import { fpe } from "./operators/fpe.ts";
import { generalize } from "./operators/generalize.ts";
import { DECODERS } from "./readings/decoders.ts";
import { pseudonym } from "./operators/pseudonym.ts";

export { withoutExtraFields } from "./formats/filtered.ts";
export { EXTRA_FIELDS } from "./sse/extra-fields.ts";
export { MemberDrops } from "./json/member-drops.ts";
/** Undefined where a deployment goes without. */
export const READINGS: typeof DECODERS | undefined = DECODERS;

export const OPTIONAL_KINDS = [pseudonym, fpe, generalize, dateShift, dropField, dropEvent];
