/**
 * Secrets that carry no mark of their own: told by the name of their issuer before them, or by how random they look.
 *
 * Owns the table of issuers and of the shapes that they give out. Off by default: a name and random characters stand
 * side by side in logs that hold no secret, too.
 */
import { ALPHANUMERIC, DIGIT, KINDS, LETTER, LOWER } from "../ascii.ts";
import { type Candidate, type Detector, SCORES } from "../detector.ts";
import { isHexAfterPercent } from "../folded-text.ts";
import { isBehindSign, isExcludedKey, nameBefore } from "../keys.ts";
import { isPlaceholder } from "../validators/placeholder.ts";

/** Fewer different characters is a placeholder. */
const DISTINCT_LEAST = 6;

const letters = (...lengths: readonly number[]): string => lengths.map((n) => `[a-z0-9]{${n}}`).join("|");
const wide = (...lengths: readonly number[]): string => lengths.map((n) => `[a-z0-9=_-]{${n}}`).join("|");
const hex = (...lengths: readonly number[]): string => lengths.map((n) => `[0-9a-f]{${n}}`).join("|");
const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";

/** Issuer, how its name is written before a secret, and the shapes of the secret, whatever their case. */
export const NAMED_ISSUERS: readonly (readonly [issuer: string, names: string, shapes: string])[] = [
  ["Adafruit", "adafruit", wide(32)],
  ["Adobe", "adobe", hex(32)],
  ["Airtable", "airtable", letters(17)],
  ["Algolia", "algolia", letters(32)],
  ["Alibaba", "alibaba", letters(30)],
  ["Asana", "asana", letters(32)],
  ["Atlassian", "atlassian|confluence|jira", letters(24)],
  ["Beamer", "beamer", "b_[a-z0-9=_-]{44}"],
  ["Bitbucket", "bitbucket", `${letters(32)}|${wide(64)}`],
  ["Bittrex", "bittrex", letters(32)],
  ["Cisco Meraki", "meraki", hex(40)],
  ["Cloudflare", "cloudflare", `${wide(40)}|${hex(37)}`],
  ["Codecov", "codecov", letters(32)],
  ["Cohere", "cohere", letters(40)],
  ["Coinbase", "coinbase", wide(64)],
  ["Confluent", "confluent", letters(16, 64)],
  ["Contentful", "contentful", wide(43)],
  ["Datadog", "datadog", letters(40)],
  ["Discord", "discord", `${hex(64)}|${wide(32)}`],
  ["Drone", "droneci", letters(32)],
  ["Dropbox", "dropbox", `${letters(15)}|[a-z0-9]{11}A{10}[a-z0-9=_-]{43}|sl[.][a-z0-9=_-]{130,}`],
  ["Etsy", "etsy", letters(24)],
  ["Facebook", "facebook", hex(32)],
  ["Fastly", "fastly", wide(32)],
  ["Finicity", "finicity", `${hex(32)}|${letters(20)}`],
  ["Finnhub", "finnhub", letters(20)],
  ["Flickr", "flickr", letters(32)],
  ["Freemius", "secret_key", "sk_[!-~]{29}"],
  ["FreshBooks", "freshbooks", letters(64)],
  ["Gitter", "gitter", wide(40)],
  ["GoCardless", "gocardless", "live_[a-z0-9=_-]{40}"],
  ["Heroku", "heroku", UUID],
  ["HubSpot", "hubspot", UUID],
  ["Intercom", "intercom", wide(60)],
  ["JFrog", "jfrog|artifactory|bintray|xray", letters(64, 73)],
  ["Kraken", "kraken", "[a-z0-9/=_+-]{80,90}"],
  ["KuCoin", "kucoin", `${hex(24)}|${UUID}`],
  ["LaunchDarkly", "launchdarkly", wide(40)],
  ["Linear", "linear", hex(32)],
  ["LinkedIn", "linked[ _-]?in", letters(14, 16)],
  ["Lob", "lob", "(?:live|test)_[0-9a-f]{35}|(?:live|test)_pub_[0-9a-f]{31}"],
  ["Looker", "looker", letters(20, 24)],
  ["Mailchimp", "mailchimp", "[0-9a-f]{32}-us\\d\\d"],
  ["Mailgun", "mailgun", "(?:pub)?key-[0-9a-f]{32}|[a-h0-9]{32}-[a-h0-9]{8}-[a-h0-9]{8}"],
  ["Mattermost", "mattermost", letters(26)],
  ["MessageBird", "message[ _-]?bird", `${letters(25)}|${UUID}`],
  ["Netlify", "netlify", "[a-z0-9=_-]{40,46}"],
  ["New Relic", "new[ _-]?relic", letters(64)],
  ["New York Times", "nytimes|new-york-times", wide(32)],
  ["Okta", "okta", "00[a-z0-9=_-]{40}"],
  ["Plaid", "plaid", `${letters(24, 30)}|access-(?:sandbox|development|production)-${UUID}`],
  ["Private AI", "private[ _-]?ai", letters(32)],
  ["RapidAPI", "rapidapi", wide(50)],
  ["Sendbird", "sendbird", `${hex(40)}|${UUID}`],
  ["Sentry", "sentry", hex(64)],
  ["Sidekiq", "contribsys__com", "[0-9a-f]{8}:[0-9a-f]{8}"],
  ["Snyk", "snyk", UUID],
  ["Sonar", "sonar", wide(40)],
  ["Squarespace", "squarespace", UUID],
  ["Sumo Logic", "sumo", `su[a-z0-9]{12}|${letters(64)}`],
  ["Telegram", "telegr", "\\d{5,16}:a[a-z0-9_-]{34}"],
  ["Travis CI", "travis", letters(22)],
  ["Twitch", "twitch", letters(30)],
  ["Twitter", "twitter", `${letters(25, 45, 50)}|\\d{15,25}-[a-z0-9]{20,40}`],
  ["Yandex", "yandex", "t1[.][a-z0-9_-]+={0,2}[.][a-z0-9_-]{86}={0,2}|YC[a-z0-9_-]{38}"],
  ["Zendesk", "zendesk", letters(40)],
];

const SIGN = "[ \\t\\w.-]{0,20}[\\s'\"\\\\]{0,4}(?:=>|[?:|]{0,3}=|>|\\|\\||:|,)[`'\"\\s=\\\\>]{0,5}$";
const BEFORE = NAMED_ISSUERS.map(([, names, shapes]) => ({
  names: new RegExp(`(?:${names})${SIGN}`, "i"),
  shapes: new RegExp(`^(?:${shapes})$`, "i"),
  isHex: shapes.includes("[0-9a-f]") || shapes.includes("[a-h0-9]"),
}));
const NAMES = NAMED_ISSUERS.map(([, names]) => names).join("|");
const OPERATOR = "[ \\t\\w.-]*[ \\t'\"\\\\]*[=:>|?,]+[`'\" \\t=\\\\>]*";

/** A word of a language has no digit, and what counts has no letter. */
function isMixed(text: string): boolean {
  return /\d/.test(text) && /[A-Za-z]/.test(text) && new Set(text).size >= DISTINCT_LEAST;
}

export const serviceSecret: Detector = {
  entity: "SERVICE_SECRET",
  group: "secrets",
  source: "the issuers' documentation of their keys: alphabet and length beside the issuer's name",
  pattern: "[A-Za-z0-9_+/.-][!#-&(-+\\--\\[\\]-_a-~]{13,140}",
  scan: {
    pattern: `(?i:${NAMES})${OPERATOR}[A-Za-z0-9_+/.-][!#-&(-+\\--\\[\\]-_a-~]{13,}`,
    maxLength: 200,
    isPlain: false,
  },
  isPlain: true,
  // A name stands in words of any kind; the secret itself does not, which `validate` sees to.
  boundary: "none",
  mayBegin: (bytes, at) => (KINDS[bytes[at - 1]] & ALPHANUMERIC) === 0 || isHexAfterPercent(bytes, at),
  mayEnd: endsWord,
  validate({ text, preceding, before, after }: Candidate): number {
    if (ENDS_IN_WORD.test(before) || BEGINS_WORD.test(after)) return 0;
    if (!isMixed(text) && !text.startsWith("sk_")) return 0;
    if (isExcludedKey(nameBefore(preceding, 1))) return 0;
    const isPureHex = /^[0-9a-f]+$/i.test(text);
    const isOne = BEFORE.some(
      ({ names, shapes, isHex }) => shapes.test(text) && (isHex || !isPureHex) && names.test(preceding),
    );
    return isOne ? SCORES.ranged : 0;
  },
  hits: [
    sample("HEROKU_KEY = 01234567", "-89ab-4cde-8f01-23456789abcd"),
    `"datadogKey": "${"q7w8e9r0t1".repeat(4)}`,
    `zendesk_app=${"a1s2d3f4g5".repeat(4)}`,
    `TWITCH => '${"z9x8c7v6b5".repeat(3)}`,
  ],
  misses: [
    "heroku app started in 12 seconds",
    "datadog commit=0123456789abcdef0123456789abcdef01234567",
    `build ${"q7w8e9r0t1".repeat(4)}`,
    "twitch: somebodywhostreamsallthedaylong",
    "linear_offset: 1234567890123456",
  ],
};

const ENDS_IN_WORD = /[A-Za-z0-9]$/;
const BEGINS_WORD = /^[A-Za-z0-9]/;

function endsWord(bytes: Uint8Array, at: number): boolean {
  return at === bytes.length || (KINDS[bytes[at]] & ALPHANUMERIC) === 0;
}

const ENTROPY_LEAST = 3.5;
/** Three parts have two marks between them. */
const MARKS_BETWEEN = /[/._-].*[/._-]/;
const STOP_WORDS = /example|sample|dummy|placeholder|changeme|undefined|test|lorem/i;
/** What is shown to others: the name of a field that holds an address or a public key, or a sentence that gives one. */
const PUBLIC_NAME = /(?:address|addr|wallet|crypto|bitcoin|btc|ethereum|eth|public[ _-]?key|fingerprint)(?: is)?$/i;

/** How many characters of a match decide. */
const LENGTH = 20;
/** By how often a character is there: what all of them together add to the bits of a character. */
const BITS = Array.from({ length: LENGTH + 1 }, (_, count) =>
  count === 0 ? 0 : -(count / LENGTH) * Math.log2(count / LENGTH),
);
const counts = new Uint8Array(128);
/** Scratch: those of one match, which are ASCII. */
const characters = new Uint8Array(LENGTH);

/** Bits a character, of LENGTH bytes of ASCII. */
function entropyOf(bytes: Uint8Array): number {
  counts.fill(0);
  for (const byte of bytes) counts[byte]++;
  let bits = 0;
  for (const byte of bytes) {
    bits += BITS[counts[byte]];
    counts[byte] = 0;
  }
  return bits;
}

const HYPHEN = 0x2d;
const LAST_HEX = 0x66;

/** By byte: a digit counts 1, and a bit each says that there is a small letter, a capital, and what no hex id has. */
const SMALL = 1 << 8;
const CAPITAL = 1 << 9;
const NO_HEX = 1 << 10;
const DIGITS_COUNTED = SMALL - 1;
const KINDS_SEEN = Int32Array.from(KINDS, (kind, byte) => {
  if ((kind & DIGIT) !== 0) return 1;
  if ((kind & LETTER) === 0) return byte === HYPHEN ? 0 : NO_HEX;
  return (kind === LOWER ? SMALL : CAPITAL) | ((byte | 0x20) > LAST_HEX ? NO_HEX : 0);
});

/** True for digits and letters of both cases, or many digits and small letters, that are not hex. Of LENGTH bytes. */
function isOfAllKinds(bytes: Uint8Array, start: number, end: number): boolean {
  let digits = 0;
  let kinds = 0;
  for (let at = start; at < end; at++) {
    const seen = KINDS_SEEN[bytes[at]];
    digits += seen & DIGITS_COUNTED;
    kinds |= seen;
  }
  const hasCapital = (kinds & CAPITAL) !== 0;
  return (kinds & SMALL) !== 0 && (kinds & NO_HEX) !== 0 && digits >= (hasCapital ? 2 : 4);
}

export const highEntropy: Detector = {
  entity: "HIGH_ENTROPY",
  group: "secrets",
  source: "Shannon entropy of 3.5 bits a character and more behind an assignment; no hex, UUID or path",
  // Its first characters tell, so that a value ends one match and not one a character.
  pattern: `[A-Za-z0-9+/_=.-]{${LENGTH}}`,
  scan: { pattern: `[=:>][ \\t]{0,4}\\\\?["']?[A-Za-z0-9+/_=.-]{${LENGTH}}`, isPlain: false },
  tail: "[A-Za-z0-9+/_=.-]*",
  isPlain: true,
  boundary: "none",
  exactBytes: LENGTH,
  mayBegin: isBehindSign,
  mayMatch: isOfAllKinds,
  validate({ text, preceding }: Candidate): number {
    for (let i = 0; i < LENGTH; i++) characters[i] = text.charCodeAt(i);
    if (!isOfAllKinds(characters, 0, LENGTH) || entropyOf(characters) < ENTROPY_LEAST) return 0;
    if (STOP_WORDS.test(text) || isPlaceholder(text)) return 0;
    // Paths, versions and host names come in words.
    if (MARKS_BETWEEN.test(text) && text.split(/[/._-]/).filter((part) => /^[A-Za-z]{2,}$|^\d*$/.test(part)).length > 2)
      return 0;
    const name = nameBefore(preceding, 1);
    if (name === "" || isExcludedKey(name) || PUBLIC_NAME.test(nameBefore(preceding, 2))) return 0;
    return SCORES.shaped;
  },
  hits: [
    sample("signing=Zq8vT1mXw4Ls", "9Rb2Kd7Hy5Nc"),
    sample('blob: "x7Kp2mVq9LsT', "4wZr8NbYc3Hd"),
    sample("hook_value=q1w2e3r4t5y6", "u7i8o9p0a1s2"),
  ],
  misses: [
    "path=/usr/share/doc/maskwire/2024/README",
    "commit=0123456789abcdef0123456789abcdef01234567",
    "id=550e8400-e29b-41d4-a716-446655440000",
    sample("Zq8vT1mXw4Ls", "9Rb2Kd7Hy5Nc"),
    "trace_id=Zq8vT1mXw4Ls9Rb2Kd7Hy5Nc",
    "message=thisIsOneLongWordWithoutDigits",
    "my wallet address is: 16Yeky6GMjeNkAiNcBY7ZhrLoMSgg1BoyZ2",
    "publicKey: x7Kp2mVq9LsT4wZr8NbYc3Hd",
    "btc=16Yeky6GMjeNkAiNcBY7ZhrLoMSgg1BoyZ2",
  ],
};

/** Put together here, so that no scanner takes the source for a leak. */
function sample(start: string, rest: string): string {
  return start + rest;
}
