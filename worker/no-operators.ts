/** Stands in for `src/core/optional.ts` in a deployment whose policies name none of its operators, and keep extra fields. */
export const OPTIONAL_KINDS: readonly never[] = [];

/** Only an operator that is not here asks for it. */
export const MemberDrops = undefined;

/** `drop` is refused as a word that is not known. */
export const EXTRA_FIELDS = ["mask"] as const;

/** Only a policy that drops them asks for it. */
export const withoutExtraFields = undefined;
