/**
 * Stands in for `src/core/pattern/unicode-properties.ts` in a deployment whose patterns name no script, and no general
 * category but letters, marks and numbers.
 */

export const CATEGORIES = "";
export const SCRIPT_NAMES = "";
export const SCRIPTS = "";
