/** Keys of clouds: identifiers of AWS access keys and principals, account keys and signatures of Azure. */
import { type Detector, SCORES } from "../detector.ts";

/** Fewer different characters is a placeholder, as in `AKIAXXXXXXXXXXXXXXXX`. */
const DISTINCT_LEAST = 5;

const AWS = "(?:ABIA|ACCA|AGPA|AIDA|AIPA|AKIA|ANPA|ANVA|APKA|AROA|ASCA|ASIA)[A-Z0-9]{16,17}";
/** 64 bytes of an account's key, and 32 of an HMAC, in base 64; the latter stands in URLs, with escapes. */
const ACCOUNT_KEY = "[A-Za-z0-9+/]{86}==";
const SIGNATURE = "[A-Za-z0-9+/]{43}=";
const KEY_NAME = "account[ _-]?key|shared[ _-]?access[ _-]?key|storage[ _-]?key";
/** What tells a key, as a word of its own. */
const IS_NAMED = new RegExp(`(?:^|[^\\p{L}\\p{N}])(?:${KEY_NAME})["' ]{0,2}[=:]["' ]{0,2}$`, "iu");

export const cloudKey: Detector = {
  entity: "CLOUD_KEY",
  source: "AWS IAM user guide, unique ID prefixes; Azure Storage connection strings and shared access signatures",
  pattern: `${AWS}|${ACCOUNT_KEY}|${SIGNATURE}`,
  // Base 64 is looked for behind what tells it only.
  scan: {
    pattern: `${AWS}|(?i:${KEY_NAME})["' ]{0,2}[=:]["' ]{0,2}(?:${ACCOUNT_KEY}|${SIGNATURE})|[Ss]ig=${SIGNATURE}`,
  },
  boundary: "alphanumeric",
  validate({ text, preceding }) {
    if (new Set(text.slice(4)).size < DISTINCT_LEAST) return 0;
    if (!text.endsWith("=")) return SCORES.strong;
    return IS_NAMED.test(preceding) || (text.length === 44 && /(?:^|[^A-Za-z0-9])sig=$/i.test(preceding))
      ? SCORES.strong
      : 0;
  },
  hits: [
    "AKIAIOSFODNN7EXAMPLE",
    "ASIAIOSFODNN7EXAMPLE",
    "AROADBQP57FF2AEXAMPLE",
    sample("AccountName=x;AccountKey=", `${"Kq7Zt3xW9bN2mR5vL8cJ".repeat(4)}abcdef==`),
    sample("SharedAccessKey=", `${"Kq7Zt3xW9bN2mR5vL8cJ".repeat(2)}abc=`),
    sample("?sv=2024-05-04&sp=r&sig=", `${"Kq7Zt3xW9bN2mR5vL8c%2B".repeat(2)}abc%3D`),
  ],
  misses: [
    "AKIAXXXXXXXXXXXXXXXX",
    "AKIAIOSFODNN7EXAM",
    "AKIAIOSFODNN7EXAMPLE22",
    "xAKIAIOSFODNN7EXAMPLE",
    "akiaiosfodnn7example",
    sample("integrity=", `${"Kq7Zt3xW9bN2mR5vL8cJ".repeat(4)}abcdef==`),
    sample("digest ", `${"Kq7Zt3xW9bN2mR5vL8cJ".repeat(2)}abc=`),
    sample("config=", `${"Kq7Zt3xW9bN2mR5vL8cJ".repeat(2)}abc=`),
  ],
};

/** Put together here, so that no scanner takes the source for a leak. */
function sample(name: string, key: string): string {
  return name + key;
}
