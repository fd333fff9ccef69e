/**
 * The shapes of the built-in detectors in the syntax that all peers share.
 *
 * Owns patterns only: no look-around, ASCII, one line. Peers get less to do than maskwire: no validator, no context,
 * no other scripts, no zero-width characters, no percent escapes, and accounts in capitals.
 */
import { type Catalogue, fullDetectors } from "../catalogue.ts";
import type { Detector } from "../../src/core/detector.ts";
import { toldSecret } from "../../src/core/detectors/told-secret.ts";
import type { Patterns } from "./peer.ts";

const HEX_GROUP = "[0-9A-Fa-f]{1,4}";

export const PATTERNS: Readonly<Record<string, string>> = {
  PRIVATE_KEY: "-----BEGIN[A-Z0-9 ]{0,64}PRIVATE KEY-----[A-Za-z0-9+/=\\\\ ]*-----END[A-Z0-9 ]{0,64}PRIVATE KEY-----",
  JWT: String.raw`\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\b`,
  GITHUB_TOKEN: String.raw`\b(?:gh[oprsu]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{36})[A-Za-z0-9_]*\b`,
  CLOUD_KEY: String.raw`\b(?:ABIA|ACCA|AGPA|AIDA|AIPA|AKIA|ANPA|ANVA|APKA|AROA|ASCA|ASIA)[A-Z0-9]{16,17}\b`,
  EMAIL: String.raw`[A-Za-z0-9_+][A-Za-z0-9._+'-]*@(?:[A-Za-z0-9_-]+\.)+[A-Za-z]{2,24}\b`,
  IBAN: String.raw`\b[A-Z]{2}[0-9]{2}(?:[ .+-]?[A-Z0-9]{4}){2,7}(?:[ .+-]?[A-Z0-9]{1,3})?\b`,
  CREDIT_CARD: String.raw`\b(?:[2-6](?:[ .+-]{0,2}[0-9]){11,18}|1(?:[ .+-]{0,2}[0-9]){14,15})\b`,
  US_SSN: String.raw`\b[0-9]{3}[ .-]?[0-9]{2}[ .-]?[0-9]{4}\b`,
  IPV6: `(?:(?:${HEX_GROUP}:){7}${HEX_GROUP}|(?:${HEX_GROUP}(?::${HEX_GROUP}){0,6})?::(?:${HEX_GROUP}(?::${HEX_GROUP}){0,6})?)`,
  IPV4: String.raw`\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}\b`,
  MAC: String.raw`\b[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}\b`,
  PHONE: [
    String.raw`\+\(?[1-9](?:[ ./()-]{0,3}[0-9]){6,14}`,
    String.raw`\b00[1-9](?:[ ./()-]{0,3}[0-9]){7,13}`,
    String.raw`(?:\b1[ .-])?(?:\([2-9][0-9]{2}\)[ .-]?|\b[2-9][0-9]{2}[ .-])[0-9]{3}[ .-][0-9]{4}\b`,
    String.raw`\b0[0-9]{1,4}[ ./-]{1,3}[0-9]{3,8}(?:[ .-][0-9]{2,4}){0,4}\b`,
  ].join("|"),
};

/** What we look for besides, and no peer does. */
export const OURS_ALONE: readonly string[] = [
  "AUTH_HEADER",
  "URL_CREDENTIALS",
  "VENDOR_TOKEN",
  "PASSWORD_FIELD",
  "KEYED_PII",
  "CARD_CVV_EXPIRY",
  "CARD_TRACK",
  "SWIFT_BIC",
  "US_ABA",
  "CRYPTO_ADDRESS",
  "DATE_OF_BIRTH",
  "US_ITIN",
  "CA_SIN",
  "UK_NINO",
  "UK_NHS",
  "DE_TAX_ID",
  "FR_NIR",
  "ES_DNI_NIE",
  "IT_CODICE_FISCALE",
  "NL_BSN",
  "PL_PESEL",
  "BR_CPF",
  "IN_AADHAAR",
  "IN_PAN",
  "AU_TFN",
  "AU_MEDICARE",
];

/** Tokens come before what a piece of them could be. */
export function alternationOf(patterns: Patterns): string {
  return Object.values(patterns)
    .map((pattern) => `(?:${pattern})`)
    .join("|");
}
export const ALTERNATION = alternationOf(PATTERNS);

/** What peers look for when maskwire looks for this; in the full catalogue each entity has a pattern. */
export function patternsOf(catalogue: Catalogue): Patterns {
  if (catalogue === "default") return PATTERNS;
  const patterns: Record<string, string> = { ...PATTERNS };
  for (const detector of fullDetectors()) {
    const { entity } = detector;
    // Told by words that stand before it, it has no shape of its own.
    if (Object.hasOwn(PATTERNS, entity) || detector === toldSecret) continue;
    // One entity may have several detectors.
    patterns[entity] =
      patterns[entity] === undefined ? sharedPattern(detector) : `${patterns[entity]}|${sharedPattern(detector)}`;
  }
  return patterns;
}

/** One of several names, not in ASCII. */
const FOREIGN_NAME = /\|[^|()]*[^\0-\x7f][^|()]*(?=[|)])/g;
/** Begins with a sign. */
const UNBOUNDED = new Set(["CARD_TRACK", "HIGH_ENTROPY"]);

/**
 * The detector's own, in ASCII and without our boundary. Where a value is told by what stands before it alone, what the automaton
 * looks for.
 */
function sharedPattern({ entity, pattern, contextPattern, scan, boundary }: Detector): string {
  const own = contextPattern === undefined ? pattern : `${pattern}|${contextPattern}`;
  const isBounded = boundary !== "none" && !UNBOUNDED.has(entity);
  const shape = isBounded ? String.raw`\b(?:${own})\b` : (scan?.pattern ?? own);
  return shape
    .replaceAll(String.raw`[0-9A-Za-z\p{L}]`, "[0-9A-Za-z]")
    .replaceAll(/\\p\{(?:L|M|N)\}/g, "A-Za-z")
    .replaceAll(FOREIGN_NAME, "");
}

/** What replaces a match of a peer: it does not know the entity. */
export const REPLACEMENT = "[X]";
