/** Hardware addresses: six pairs, or three dotted fours. */
import { type Candidate, type Detector, SCORES } from "../detector.ts";

const PAIR = "[0-9A-Fa-f]{2}";
const QUAD = "[0-9A-Fa-f]{4}";

export const mac: Detector = {
  entity: "MAC",
  source: "IEEE 802-2014, section 8; dotted fours as network equipment prints them",
  pattern: `${PAIR}(?::${PAIR}){5}|${PAIR}(?:-${PAIR}){5}|${QUAD}\\.${QUAD}\\.${QUAD}`,
  boundary: "number",
  contextWords: ["mac", "macs", "macaddress", "macaddr", "hwaddr", "hardware", "bssid", "ether", "ethernet", "lladdr"],
  validate(candidate) {
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

/** One more pair on either side makes it a piece of a hash. `MAC:` before it ends in a hex letter and is none. */
function hasNeighbour({ before, after, hasContext }: Candidate): boolean {
  if (/^[:-][0-9A-Fa-f]/.test(after)) return true;
  return /[0-9][:-]$/.test(before) || (/[A-Fa-f][:-]$/.test(before) && !hasContext);
}
