/** GitHub's tokens. Prefix and length decide; right check digits only raise the score, since other issuers may change them. */
import { type Detector, SCORES } from "../detector.ts";
import { toBase62 } from "../validators/base62.ts";
import { crc32 } from "../validators/crc32.ts";

const DISTINCT_LEAST = 5;
const PREFIX_LENGTH = 4;
const CHECK_LENGTH = 6;

export const githubToken: Detector = {
  entity: "GITHUB_TOKEN",
  source: "GitHub, Behind GitHub's new authentication token formats (2021)",
  pattern: "gh[oprsu]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{36}",
  // GitHub reserves the right to 255 characters; whatever follows belongs to the token.
  tail: "[A-Za-z0-9_]*",
  boundary: "leading",
  isPlain: true,
  validate(candidate) {
    if (new Set(candidate.text.slice(PREFIX_LENGTH)).size < DISTINCT_LEAST) return 0;
    return hasCheckDigits(candidate.text) ? SCORES.strong : SCORES.ranged;
  },
  // The documentation shows the first three of each: no complete token is among them.
  hits: [
    sample("github_pat", `11ABCDEFG0abcdefghijkl_${"0123456789abcdefghij".repeat(3).slice(1)}`),
    sample("gho", "16C7e42F292c6912E7710c838347Ae178B4a".repeat(2)),
    sample("ghu", "16C7e42F292c6912E7710c838347Ae178B4a".repeat(3)),
    sample("ghp", "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"),
    sample("ghs", "16C7e42F292c6912E7710c838347Ae178B4a"),
  ],
  misses: [
    sample("ghp", "short"),
    sample("ghp", "x".repeat(36)),
    sample("github_pat", "11ABC"),
    sample("xghp", "16C7e42F292c6912E7710c838347Ae178B4a"),
  ],
};

/** The last six characters are CRC-32 of the random part, in base 62. */
function hasCheckDigits(text: string): boolean {
  const random = text.slice(PREFIX_LENGTH, -CHECK_LENGTH);
  return text.slice(-CHECK_LENGTH) === toBase62(crc32(random), CHECK_LENGTH);
}

/** Put together here, so that no scanner takes the source for a leak. */
function sample(prefix: string, random: string): string {
  return `${prefix}_${random}`;
}
