/** The shape of what a policy says of detectors: its own ones, and its lists. */
import { z } from "zod";
import { BOUNDARIES, VALIDATOR_NAMES } from "../../core/index.ts";

export const ENTITY = /^[A-Z][A-Z0-9_]{0,63}$/;

export const detector = z.strictObject({
  entity: z.string().regex(ENTITY).describe("Name of what it finds."),
  pattern: z.string().min(1).max(8192).describe("RE2 syntax."),
  maxLength: z
    .int()
    .min(1)
    .max(16_384)
    .exactOptional()
    .describe("Most characters of a match; needed where the pattern has no bound of its own."),
  boundary: z.enum(BOUNDARIES).exactOptional().describe("What may not touch a match; default `word`."),
  validator: z.enum(VALIDATOR_NAMES).exactOptional().describe("Check digits over its letters and digits."),
  contextWords: z
    .array(z.string().min(1).max(64))
    .max(64)
    .exactOptional()
    .describe("Words up to 40 characters before a match that make it more certain."),
  needsContext: z.boolean().exactOptional().describe("Without one of the words there is no finding."),
  hits: z
    .array(z.string().min(1).max(1024))
    .min(1)
    .describe("Texts that are one finding, whole; with `needsContext` behind the first of the words."),
  misses: z.array(z.string().max(1024)).exactOptional().describe("Texts without one."),
});

const file = z.string().min(1).max(4096);

export const list = z.strictObject({
  values: z.array(z.string().min(1).max(256)).max(1000).exactOptional().describe("Values as they are."),
  valuesFile: file
    .exactOptional()
    .describe(
      "A text file with further values, one a line; `#` begins a comment. Beside this file, and read again with it.",
    ),
  patternsFile: file.exactOptional().describe("The same with patterns, one a line."),
  patterns: z.array(z.string().min(1).max(8192)).max(64).exactOptional().describe("RE2 patterns of whole values."),
});
