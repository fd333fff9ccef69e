/** Whether a detector takes a text as one of its values, whole: its pattern and its validator, without the engine. */
import { type Detector, SCORES } from "../../src/core/detector.ts";
import { BUILT_IN } from "../../src/core/detectors/index.ts";
import { PACK_NAMES } from "../../src/core/index.ts";
import { packDetectors } from "../../src/core/packs/index.ts";
import { detectorOfPrimitive } from "./primitives.ts";

/** All detectors there are. */
export const CATALOGUE: readonly Detector[] = [...BUILT_IN, ...packDetectors(PACK_NAMES)];

export type Takes = (text: string) => boolean;

/** By the name of an entity or of a custom detector's validator; behind one of its words, or without one. */
export function takesOf(name: string, { hasContext }: { readonly hasContext: boolean }): Takes {
  const detector = CATALOGUE.find(({ entity }) => entity === name) ?? detectorOfPrimitive(name);
  if (detector === undefined) throw new Error(`there is no detector of ${name}`);
  const shapes = [detector.pattern, ...(detector.contextPattern === undefined ? [] : [detector.contextPattern])];
  const whole = new RegExp(`^(?:${shapes.map((shape) => `(?:${shape})`).join("|")})$`);
  const beside = { hasContext, before: "", after: "", preceding: "", label: "" };
  return (text) => whole.test(text) && detector.validate({ text, ...beside }) >= SCORES.worded;
}
