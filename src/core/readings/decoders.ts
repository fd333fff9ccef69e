/** What decodes texts, all in one: few policies ask for any. Owns the list. */
import { base64Reading } from "./base64.ts";
import { entityReading, JSON_ESCAPES, lineBreakReading, percentReading } from "./escapes.ts";

export const DECODERS = { base64Reading, entityReading, JSON_ESCAPES, lineBreakReading, percentReading };
