/**
 * The readings that a policy asks for.
 *
 * Owns which one reads what another has decoded. Each costs one more run of the automaton over every text that it may
 * change; a policy without any pays nothing.
 */
import { ConfigurationError } from "../errors.ts";
import { READINGS } from "../optional.ts";
import type { DECODERS } from "./decoders.ts";
import type { Reading } from "./reading.ts";
import type { ReadingSpec } from "./spec.ts";

export const DECODE_DEPTH_LIMIT = 3;

/** @throws ConfigurationError `BAD_CONFIG`. */
export function compileReadings(spec: ReadingSpec): readonly Reading[] {
  const { crossLine = false, decodeDepth = 1 } = spec;
  if (!Number.isInteger(decodeDepth) || decodeDepth < 1 || decodeDepth > DECODE_DEPTH_LIMIT)
    throw new ConfigurationError("BAD_CONFIG", `decodeDepth: has to be a whole number from 1 to ${DECODE_DEPTH_LIMIT}`);
  const { decodeEntities = false, decodeBase64 = false } = spec;
  if (!crossLine && !decodeEntities && !decodeBase64 && decodeDepth === 1) return [];
  if (READINGS === undefined)
    throw new ConfigurationError("BAD_CONFIG", "this deployment was built for policies without readings");
  const { lineBreakReading } = READINGS;
  // Twice: a value broken where it has a space needs one, all others none.
  const acrossLines = crossLine ? [lineBreakReading(""), lineBreakReading(" ")] : [];
  return [...acrossLines, ...decoders(READINGS, spec, decodeDepth)];
}

function decoders(all: typeof DECODERS, spec: ReadingSpec, depth: number): readonly Reading[] {
  if (depth === 0) return [];
  const inner = decoders(all, spec, depth - 1);
  const { percentReading, entityReading, base64Reading, JSON_ESCAPES } = all;
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
