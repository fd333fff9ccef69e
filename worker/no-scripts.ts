/** Stands in for `src/core/pattern/unicode-scripts.ts` in a deployment whose patterns name no script. */

export const SCRIPT_NAMES = "";
export const SCRIPTS = "";
