/**
 * The trace that an event belongs to (W3C Trace Context), on its way from the producer to subscribers.
 *
 * Owns what counts as one. Anything else is as if there were none, as the standard has it: it is never an error.
 */
/** Version 00; neither id may be all zeros. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

export function readTraceparent(text: string | undefined): string | undefined {
  return text !== undefined && TRACEPARENT.test(text) ? text : undefined;
}
