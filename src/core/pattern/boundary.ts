/**
 * What stands beside a place, as far as a byte can forbid a match to begin or end there.
 *
 * Owns a reading in few states of the last bytes. It errs on the side of "may": the resolver checks again with
 * whole characters. Without it every place inside a word or a number would start threads that cannot
 * become findings, and the automaton would grow a hundredfold.
 */
import { ALPHANUMERIC, UNDERSCORE } from "../ascii.ts";
import { COLOUR_LETTER, COLOUR_SIGNS, ESCAPE, isInColour } from "../colour.ts";

export const LEAD = {
  /** Nothing that forbids: text start, punctuation, any byte beyond ASCII, or a whole percent-encoded character. */
  open: 0,
  underscore: 1,
  alphanumeric: 2,
  /** A percent sign; two hex digits may make it a character of its own. */
  percent: 3,
  percentHex: 4,
  /** What colours text on a terminal, without its letter: what follows that stands alone. */
  escape: 5,
} as const;
export type Lead = (typeof LEAD)[keyof typeof LEAD];

/** Which neighbours forbid a match; see `Detector.boundary`. */
export type Boundary = "none" | "leading" | "alphanumeric" | "word" | "number";

/** Kinds of ASCII neighbours that forbid a match. */
export const TOUCHING: Readonly<Record<Boundary, number>> = {
  none: 0,
  leading: ALPHANUMERIC,
  alphanumeric: ALPHANUMERIC,
  word: ALPHANUMERIC | UNDERSCORE,
  number: ALPHANUMERIC | UNDERSCORE,
};

export function nextLead(lead: Lead, byte: number): Lead {
  if (byte === 0x25) return LEAD.percent;
  if (byte === ESCAPE) return LEAD.escape;
  if (byte === 0x5f) return LEAD.underscore;
  const isDigit = byte >= 0x30 && byte <= 0x39;
  if (lead === LEAD.escape) {
    if (isInColour(byte)) return lead;
    if (byte === COLOUR_LETTER) return LEAD.open;
  }
  const letter = byte | 0x20;
  if (!isDigit && (letter < 0x61 || letter > 0x7a)) return LEAD.open;
  const isHex = isDigit || letter <= 0x66;
  if (isHex && lead === LEAD.percent) return LEAD.percentHex;
  return isHex && lead === LEAD.percentHex ? LEAD.open : LEAD.alphanumeric;
}

/** True when a match of a pattern with this boundary may begin after `lead`. */
export function mayBegin(boundary: Boundary, lead: Lead): boolean {
  if (boundary === "none" || lead === LEAD.open || lead === LEAD.percent || lead === LEAD.escape) return true;
  return lead === LEAD.underscore && (boundary === "alphanumeric" || boundary === "leading");
}

/** True when a match of a pattern with this boundary may end before `byte`; wide characters are judged later. */
export function mayEnd(boundary: Boundary, byte: number): boolean {
  if (boundary === "none" || boundary === "leading") return true;
  const lead = nextLead(LEAD.open, byte);
  return lead !== LEAD.alphanumeric && (lead !== LEAD.underscore || boundary === "alphanumeric");
}

/** Bytes that `nextLead` tells apart. */
export const LEAD_RANGES: readonly (readonly [number, number])[] = [
  [0x25, 0x25],
  [0x30, 0x39],
  [0x41, 0x46],
  [0x47, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x66],
  [0x67, 0x7a],
  ...COLOUR_SIGNS.map((sign) => [sign, sign] as const),
];
