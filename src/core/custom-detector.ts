/**
 * Detectors that a policy brings itself.
 *
 * Owns what such a detector may say, how it scores, and that its examples hold: one that does not find its own hits is
 * refused, not run.
 */
import { encodeUtf8 } from "./bytes.ts";
import { type Candidate, type Detector, SCORES } from "./detector.ts";
import { compileEngine } from "./engine.ts";
import { ConfigurationError } from "./errors.ts";
import { findIn } from "./finder.ts";
import type { Boundary } from "./pattern/boundary.ts";
import { passesDamm, passesMod11And10, passesVerhoeff } from "./validators/check-digits.ts";
import { passesLuhn } from "./validators/luhn.ts";
import { mod97 } from "./validators/mod97.ts";
import { splitWords } from "./words.ts";

/** What stands under `detectors` of a policy. */
export interface DetectorSpec {
  /** Name of what it finds: capitals, digits and `_`. */
  readonly entity: string;
  /** RE2 syntax. */
  readonly pattern: string;
  /** Most characters of a match; needed where the pattern has no bound of its own. */
  readonly maxLength?: number;
  /** What may not touch a match; default `word`. */
  readonly boundary?: Boundary;
  readonly validator?: ValidatorName;
  /** Words before a match that make it more certain. */
  readonly contextWords?: readonly string[];
  /** Without one of the words there is no finding. */
  readonly needsContext?: boolean;
  /** Texts that are one finding, whole; with `needsContext` behind the first of the words. */
  readonly hits: readonly string[];
  /** Texts without one. */
  readonly misses?: readonly string[];
}

interface Validator {
  passes(text: string): boolean;
  /** What a match that passes is worth. */
  readonly score: number;
}

/** Check digits over the letters and digits of a match. */
const VALIDATORS = {
  luhn: { passes: (text) => passesLuhn(onlyDigits(text)), score: SCORES.ranged },
  mod11_10: { passes: (text) => passesMod11And10(onlyDigits(text)), score: SCORES.ranged },
  verhoeff: { passes: (text) => passesVerhoeff(onlyDigits(text)), score: SCORES.ranged },
  damm: { passes: (text) => passesDamm(onlyDigits(text)), score: SCORES.ranged },
  mod97: { passes: (text) => mod97(lettersAndDigits(text)) === 1, score: SCORES.strong },
} as const satisfies Record<string, Validator>;
export type ValidatorName = keyof typeof VALIDATORS;
export const VALIDATOR_NAMES = Object.keys(VALIDATORS) as readonly ValidatorName[];

export const BOUNDARIES = ["word", "alphanumeric", "number", "none"] as const satisfies readonly Boundary[];

const ENTITY = /^[A-Z][A-Z0-9_]{0,63}$/;
const NO_CHECK: Validator = { passes: () => true, score: SCORES.shaped };

/**
 * @param taken entities that have a detector already.
 * @throws ConfigurationError `BAD_CONFIG` or `BAD_PATTERN`, with the entity and the reason.
 */
export function compileCustom(specs: readonly DetectorSpec[], taken: readonly string[]): Detector[] {
  const names = new Set(taken);
  return specs.map((spec) => {
    const { entity } = spec;
    if (!ENTITY.test(entity)) refuse([entity, "entity"], "write the entity in capitals, digits and _");
    if (names.has(entity)) refuse([entity, "entity"], "there is a detector of this name; choose another");
    names.add(entity);
    const detector = detectorOf(spec);
    prove(detector, spec);
    return detector;
  });
}

function detectorOf(spec: DetectorSpec): Detector {
  const { entity, pattern, maxLength, boundary, contextWords = [], needsContext = false, hits, misses = [] } = spec;
  if (needsContext && contextWords.length === 0)
    refuse([entity, "needsContext"], "needsContext without contextWords finds nothing");
  if (hits.length === 0) refuse([entity, "hits"], "hits: write a text that it finds");
  const validator = validatorOf(spec);
  const score = ({ text, hasContext }: Candidate): number => {
    if ((needsContext && !hasContext) || !validator.passes(text)) return 0;
    return hasContext ? Math.max(validator.score, SCORES.contextual) : validator.score;
  };
  return {
    entity,
    source: "the configuration",
    pattern,
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(boundary === undefined ? {} : { boundary }),
    contextWords: contextWords.map((word, index) => readWord(word, [entity, "contextWords", String(index)])),
    validate: score,
    hits,
    misses,
  };
}

/** As words are read in texts: there `card-no` and `cardNo` are two words, and digits none. */
function readWord(word: string, place: readonly [entity: string, list: string, index: string]): string {
  const words = splitWords(word);
  if (words === "") refuse(place, `${place[1]}.${place[2]} is no word; write one of letters`);
  if (/\p{N}/u.test(word)) refuse(place, `${place[1]}.${place[2]} is never met: digits part words; write ${words}`);
  return words;
}

function validatorOf({ entity, validator }: DetectorSpec): Validator {
  if (validator === undefined) return NO_CHECK;
  if (Object.hasOwn(VALIDATORS, validator)) return VALIDATORS[validator];
  return refuse([entity, "validator"], `no such validator; there are ${VALIDATOR_NAMES.join(", ")}`);
}

/** Runs the examples through the detector alone, so that no other one answers for it. */
function prove(detector: Detector, { needsContext = false }: DetectorSpec): void {
  const { entity, hits, misses, contextWords = [] } = detector;
  const engine = compileEngine([detector], { threshold: SCORES.worded, needsText: () => false });
  const opening = needsContext ? `${contextWords[0]} ` : "";
  hits.forEach((hit, index) => {
    const [found, ...others] = findIn(engine, encodeUtf8(opening + hit));
    const isWhole = found?.start === encodeUtf8(opening).length && found.end === encodeUtf8(opening + hit).length;
    if (!isWhole || others.length > 0) refuse([entity, "hits", String(index)], `hits.${index} is not found whole`);
  });
  misses.forEach((miss, index) => {
    if (findIn(engine, encodeUtf8(miss)).length > 0)
      refuse([entity, "misses", String(index)], `misses.${index} is found`);
  });
}

function onlyDigits(text: string): string {
  return text.replaceAll(/\D/g, "");
}

function lettersAndDigits(text: string): string {
  return text.replaceAll(/[^0-9A-Za-z]/g, "").toUpperCase();
}

/** The place begins with the entity: where it stands in the file, whoever reads that knows. */
function refuse(place: readonly [entity: string, ...keys: string[]], reason: string): never {
  throw new ConfigurationError("BAD_CONFIG", `detectors: ${place[0]}: ${reason}`, ["detectors", ...place]);
}
