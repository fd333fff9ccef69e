/** Stands in for `src/core/optional.ts` in a deployment whose policies name none of its operators. */
export const OPTIONAL_KINDS: readonly never[] = [];

/** Only an operator that is not here asks for it. */
export const MemberDrops = undefined;
