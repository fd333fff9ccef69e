/** IPv4 and IPv6 addresses, with prefix length and zone. */
import { type Candidate, type Detector, type RawMatch, SCORES } from "../detector.ts";
import { isHexAfterPercent, isPlain } from "../folded-text.ts";
import { isIpv4, parseIpv6 } from "../validators/ip-address.ts";

const FULL_STOP = 0x2e;

/** `Chrome/120.0.0.0`: browsers freeze all but the first part of their version. */
const FROZEN_VERSION = /\.0\.0\.0$/;

/** Four numbers of a version, in a sentence. */
const IS_VERSION = /(?:^|[^a-z])(?:version|build|firmware)[ :=]$/i;

export const ipv4: Detector = {
  entity: "IPV4",
  source: "RFC 791, RFC 4632 (prefix length)",
  pattern: String.raw`\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?`,
  boundary: "number",
  validate(candidate) {
    const { text, before, raw } = candidate;
    // Names of fields say so by themselves (keys.ts).
    if ((raw === undefined || mayEndWord(raw)) && IS_VERSION.test(candidate.preceding)) return SCORES.bare;
    if (raw !== undefined && isOrdinary(raw)) return SCORES.shaped;
    const [address = "", prefix = "0"] = text.split("/");
    if (!isIpv4(address) || Number(prefix) > 32) return 0;
    return FROZEN_VERSION.test(address) && /[A-Za-z]\/$/.test(before) ? 0 : SCORES.shaped;
  },
  hits: ["192.168.1.1", "8.8.8.8", "255.255.255.255", "0.0.0.0", "10.0.0.0/8", "203.0.113.254"],
  misses: [
    "10.0.19045.3803",
    "256.1.1.1",
    "192.168.01.1",
    "1.3.6.1.4.1.311",
    "v1.2.3.4",
    "IP192.168.1.1text",
    "192.168.0",
    "Chrome/120.0.0.0",
    "6.17.2",
    "version 1.2.3.4",
    "Firmware 10.0.0.1 is out",
  ],
};

/** A quick no by the last letter of the words that `IS_VERSION` has. */
function mayEndWord({ bytes, start }: RawMatch): boolean {
  const sign = bytes[start - 1];
  const letter = bytes[start - 2];
  // Written in another way the two may be anything.
  const isEscaped = isHexAfterPercent(bytes, start) || isHexAfterPercent(bytes, start - 1);
  if (isEscaped || !isPlain(sign) || !isPlain(letter)) return true;
  return [0x6e, 0x64, 0x65].includes(letter | 0x20);
}

/** True for most addresses in plain ASCII: no zero at the end, no prefix length. */
function isOrdinary({ bytes, start, end }: RawMatch): boolean {
  let octet = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at] - 0x30;
    if (bytes[at] === FULL_STOP) octet = 0;
    else if (digit < 0 || digit > 9 || (octet === 0 && at > start && bytes[at - 1] !== FULL_STOP)) return false;
    else octet = octet * 10 + digit;
    if (octet > 255) return false;
  }
  return octet > 0;
}

const GROUP = "[0-9A-Fa-f]{1,4}";
const IPV4_END = String.raw`\d{1,3}(?:\.\d{1,3}){3}`;
const FULL = `(?:${GROUP}:){6}(?:${GROUP}:${GROUP}|${IPV4_END})`;
const COMPRESSED = `(?:${GROUP}(?::${GROUP}){0,6})?::(?:(?:${GROUP}:){0,6}(?:${GROUP}|${IPV4_END}))?`;

/** The zone of `fe80::1%41` arrives unfolded, as `fe80::1A`; after any other escape, as `%20`, the address has ended. */
const WITH_ZONE = /^([0-9A-Fa-f:.]+)(?:(?:%|[G-Zg-z_])[0-9A-Za-z]{0,16})?(?:\/(\d+))?$/;

export const ipv6: Detector = {
  entity: "IPV6",
  source: "RFC 4291, RFC 5952, RFC 4007 (zone)",
  pattern: `(?:${FULL}|${COMPRESSED})(?:%[0-9A-Za-z]{1,16})?(?:/\\d{1,3})?`,
  boundary: "number",
  contextWords: [
    "ip",
    "ips",
    "ipv",
    "addr",
    "address",
    "client",
    "remote",
    "host",
    "from",
    "peer",
    "connect",
    "connecting",
    "loopback",
    "localhost",
    "gateway",
    "prefix",
    "subnet",
    "listening",
  ],
  validate(candidate) {
    const [, address = "", prefix = "0"] = WITH_ZONE.exec(candidate.text) ?? [];
    const shape = parseIpv6(address);
    if (shape === undefined || Number(prefix) > 128 || goesOn(candidate, shape.groups)) return 0;
    return isTelling(address, shape.groups) || candidate.hasContext ? SCORES.shaped : SCORES.bare;
  },
  hits: [
    "2001:db8::1",
    "fe80::1ff:fe23:4567:890a%eth0",
    "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
    "::ffff:10.0.0.1",
    "64:ff9b::192.0.2.1",
    "0:0:0:0:0:FFFF:129.144.52.38",
    "2001:db8::/32",
    "A099::09C0:876A:130B",
  ],
  misses: [
    "ratio 16:9 at 12:34:56",
    "1:2:3:4",
    "aa:bb:cc:dd:ee:ff",
    "43:51:43:a1:b5:fc:8b:b7:0a:3a:a9:b1:0f:66:73:a8",
    "std::vec",
    "MyClass::toString",
    "dead::beef",
    "text2001:db8::1",
    "x::1",
    "2001::db8::1",
    "::ffff:256.0.0.1",
    "note 12:: see below",
    "a{b:c}",
  ],
};

/** First groups of addresses that are given out: global, unique local, link-local, multicast, or left out. */
const ASSIGNED = /^(?:[23][0-9A-Fa-f]{3}|[Ff](?:[CcDdFf][0-9A-Fa-f]{2}|[Ee][89A-Fa-f][0-9A-Fa-f]))$/;
/** `text2001:` before `db8::1`: a word that ends in what looks like a group of it. */
const GLUED_GROUP = /[G-Zg-z_](?=[A-Fa-f]*\d)[0-9A-Fa-f]{4}:$/;

/** Colons beside it belong to a longer run: a fingerprint, a path of names, a time, a word with an address at its end. */
function goesOn(candidate: Candidate, groups: readonly string[]): boolean {
  const { before, after } = candidate;
  if (/^:[0-9A-Fa-f:]/.test(after) || before.endsWith("::")) return true;
  if (before.endsWith(":") && GLUED_GROUP.test(candidate.preceding) && !ASSIGNED.test(groups[0] ?? "")) return true;
  // `node:2001:db8::1` and `eth0:…` end in a hex digit too; only short groups, as of a fingerprint, are refused there.
  return /[0-9A-Fa-f]:$/.test(before) && groups.length === 8 && groups.every((group) => group.length <= 2);
}

/** Names of programs look alike: `add::bed`, `x::1`, `12::`. */
function isTelling(address: string, groups: readonly string[]): boolean {
  const hexDigits = groups.join("").length;
  if (groups.length >= 4) return true;
  if (groups.length === 1 && !address.startsWith("::")) return hexDigits >= 3 && /\d/.test(address);
  return hexDigits >= 2 && /\d/.test(address);
}
