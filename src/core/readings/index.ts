/**
 * The readings that a policy asks for.
 *
 * Owns which one reads what another has decoded. Each costs one more run of the automaton over every text that it may
 * change; a policy without any pays nothing.
 */
import { ConfigurationError } from "../errors.ts";
import { base64Reading } from "./base64.ts";
import { entityReading, JSON_ESCAPES, lineBreakReading, percentReading } from "./escapes.ts";
import type { Reading } from "./reading.ts";

export interface ReadingSpec {
  /** Values go on over line breaks. */
  readonly crossLine?: boolean;
  /** HTML entities are read as their characters. */
  readonly decodeEntities?: boolean;
  /** Runs of base64 are read as what they stand for. */
  readonly decodeBase64?: boolean;
  /** How many times percent-encoding, entities and base64 are undone one inside the other, 1 to DECODE_DEPTH_LIMIT. */
  readonly decodeDepth?: number;
}

export const DECODE_DEPTH_LIMIT = 3;

/** @throws ConfigurationError `BAD_CONFIG`. */
export function compileReadings(spec: ReadingSpec): readonly Reading[] {
  const { crossLine = false, decodeDepth = 1 } = spec;
  if (!Number.isInteger(decodeDepth) || decodeDepth < 1 || decodeDepth > DECODE_DEPTH_LIMIT)
    throw new ConfigurationError("BAD_CONFIG", `decodeDepth: has to be a whole number from 1 to ${DECODE_DEPTH_LIMIT}`);
  // Twice: a value broken where it has a space needs one, all others none.
  const acrossLines = crossLine ? [lineBreakReading(""), lineBreakReading(" ")] : [];
  return [...acrossLines, ...decoders(spec, decodeDepth)];
}

function decoders(spec: ReadingSpec, depth: number): readonly Reading[] {
  if (depth === 0) return [];
  const inner = decoders(spec, depth - 1);
  return [
    // The matcher undoes one round itself.
    ...(depth > 1 ? [percentReading(inner)] : []),
    ...(spec.decodeEntities === true ? [entityReading(inner)] : []),
    ...(spec.decodeBase64 === true ? [base64Reading([JSON_ESCAPES, ...inner])] : []),
  ];
}

/** Bytes that wait in a decoder for what tells how they read: an entity, or whether letters are a run. */
const UNREAD_BYTES = 33;

interface CompiledReadings {
  readonly spec: ReadingSpec;
  /** Those of `spec`. */
  readonly readings: readonly Reading[];
}

/**
 * Bytes of a text that may wait, at most, when `bytes` may as it stands.
 * @throws ConfigurationError `BAD_CONFIG` over `limitBytes`, with what would fit.
 */
export function heldWithin({ spec, readings }: CompiledReadings, bytes: number, limitBytes: number): number {
  const held = heldThrough(readings, bytes);
  if (held <= limitBytes) return held;
  const { decodeDepth = 1 } = spec;
  const problem = `may hold ${held} bytes of each text back, limits.holdbackLimitBytes is ${limitBytes}`;
  for (let depth = decodeDepth - 1; depth > 0; depth--) {
    const less = heldThrough(compileReadings({ ...spec, decodeDepth: depth }), bytes);
    if (less > limitBytes) continue;
    const reason = `decodeDepth: ${decodeDepth} with these readings ${problem}; write decodeDepth: ${depth}, which holds ${less}, or a higher limit`;
    throw new ConfigurationError("BAD_CONFIG", reason, ["decodeDepth"]);
  }
  throw new ConfigurationError(
    "BAD_CONFIG",
    `it ${problem}; take an option away that decodes, or write a higher limit`,
  );
}

/** Bytes of a text that may wait when `bytes` of what it reads as may: the most of all readings. */
function heldThrough(readings: readonly Reading[], bytes: number): number {
  const held = readings.map(({ inner, stretch }) => Math.ceil((heldThrough(inner, bytes) + UNREAD_BYTES) * stretch));
  return Math.max(bytes, ...held);
}
