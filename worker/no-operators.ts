/** Stands in for `src/core/optional.ts` in a deployment whose policies name none of its operators, keep extra fields and decode nothing. */
export const OPTIONAL_KINDS: readonly never[] = [];

/** Only an operator that is not here asks for it. */
export const MemberDrops = undefined;

/** `drop` is refused as a word that is not known. */
export const EXTRA_FIELDS = ["mask"] as const;

/** Only a policy that drops them asks for it. */
export const withoutExtraFields = undefined;

/** A live policy that decodes is refused. */
export const READINGS = undefined;
