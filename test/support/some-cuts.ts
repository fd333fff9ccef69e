/**
 * How many cuts `npm test` tries of inputs that other tests cut at every place already, where all take minutes.
 *
 * Owns the numbers and the variable that lifts them: `npm run test:every-cut` tries all.
 */
import process from "node:process";
import type { CutsPlan } from "./every-cut.ts";

/** Other places from case to case, as the seed of each says. */
export const SOME_CUTS: CutsPlan = process.env["EVERY_CUT"] === undefined ? { cutsInTwo: 12, cutsInMany: 3 } : {};
