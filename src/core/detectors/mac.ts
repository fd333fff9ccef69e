/** Hardware addresses: six pairs, or three dotted fours. */
import { type Candidate, type Detector, type RawMatch, SCORES } from "../detector.ts";
import { hexValue } from "../folded-text.ts";
import { isFreeInBytes } from "../validators/neighbours.ts";

const COLON = 0x3a;
/** Of six pairs. */
const COLON_LENGTH = 17;

const PAIR = "[0-9A-Fa-f]{2}";
const QUAD = "[0-9A-Fa-f]{4}";

export const mac: Detector = {
  entity: "MAC",
  source: "IEEE 802-2014, section 8; dotted fours as network equipment prints them",
  pattern: `${PAIR}(?::${PAIR}){5}|${PAIR}(?:-${PAIR}){5}|${QUAD}\\.${QUAD}\\.${QUAD}`,
  boundary: "number",
  contextWords: ["mac", "macs", "macaddress", "macaddr", "hwaddr", "hardware", "bssid", "ether", "ethernet", "lladdr"],
  validate(candidate) {
    if (candidate.raw !== undefined && isOrdinary(candidate.raw)) return SCORES.shaped;
    const digits = candidate.text.replaceAll(/[:.-]/g, "").toLowerCase();
    if (/^(?:0+|f+)$/.test(digits) || hasNeighbour(candidate)) return 0;
    // Six decimal pairs by hyphens, or three decimal fours by dots, are any number.
    const isAmbiguous = /^\d+$/.test(digits) && !candidate.text.includes(":");
    return isAmbiguous && !candidate.hasContext ? SCORES.bare : SCORES.shaped;
  },
  hits: ["00:1A:2B:3C:4D:5E", "08:b8:68:c8:78:d8", "AA-BB-CC-DD-EE-FF", "0d-B3-4a-6A-d9-cF", "0012.3456.789a"],
  misses: [
    "00:00:00:00:00:00",
    "ff:ff:ff:ff:ff:ff",
    "ZZ:ZZ:ZZ:ZZ:ZZ:ZZ",
    "43:51:43:a1:b5:fc:8b:b7:0a:3a:a9:b1:0f:66:73:a8",
    "00:1A-2B:3C-4D:5E",
    "01-02-03-04-05-06",
    "1234.5678.9012",
    "00:1A:2B:3C:4D",
    "12:34:56",
  ],
};

/** True for most addresses in plain ASCII: pairs by colons, not all of their digits `0` or `f`. */
function isOrdinary(raw: RawMatch): boolean {
  const { bytes, start, end } = raw;
  if (bytes[start + 2] !== COLON || end - start !== COLON_LENGTH || !isFreeInBytes(raw, ":-")) return false;
  let isTelling = false;
  for (let at = start; at < end; at++) {
    const digit = hexValue(bytes[at]);
    if (digit < 0 && bytes[at] !== COLON) return false;
    if (digit > 0 && digit < 15) isTelling = true;
  }
  return isTelling;
}

/** One more pair on either side makes it a piece of a hash. `MAC:` before it ends in a hex letter and is none. */
function hasNeighbour({ before, after, hasContext }: Candidate): boolean {
  if (/^[:-][0-9A-Fa-f]/.test(after)) return true;
  return /[0-9][:-]$/.test(before) || (/[A-Fa-f][:-]$/.test(before) && !hasContext);
}
