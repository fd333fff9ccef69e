/**
 * Values that look like real ones and belong to nobody: from ranges that are set aside for examples.
 *
 * Owns the ranges and their sources. What it writes is a function of the digest alone, and of the form of the value.
 */
import { isIpv4, parseIpv6 } from "../validators/ip-address.ts";
import { passesLuhn } from "../validators/luhn.ts";
import { base32, READABLE } from "./base32.ts";
import type { Fake } from "./spec.ts";

interface FakeKind {
  /** What a value has to be. */
  readonly form: string;
  readonly isOfForm: (text: string) => boolean;
  /** `digest` has 32 bytes. */
  readonly write: (digest: Uint8Array, text: string) => string;
}

/** RFC 5737. */
const IPV4_NETWORKS = ["192.0.2", "198.51.100", "203.0.113"];
/** RFC 3849. */
const IPV6_NETWORK = "2001:db8";
/** A Visa range that processors keep for tests; no issuer has it. */
const TEST_ISSUER = "400000";
const EMAIL_CHARACTERS = 16;

const onlyDigits = (text: string): string => text.replaceAll(/\D/g, "");
const isAddress = (text: string): boolean => isIpv4(text) || parseIpv6(text) !== undefined;

export const FAKE_KINDS: Readonly<Record<Fake, FakeKind>> = {
  email: {
    form: "an e-mail address",
    isOfForm: (text) => /^[^@\s]+@[^@\s]+$/.test(text),
    // RFC 2606, section 3.
    write: (digest) => `user-${base32(digest, EMAIL_CHARACTERS, READABLE).toLowerCase()}@example.com`,
  },
  card: {
    form: "a payment card number",
    isOfForm: (text) => /^\d{12,19}$/.test(onlyDigits(text)) && passesLuhn(onlyDigits(text)),
    write: (digest, text) => writeCard(TEST_ISSUER + decimals(digest, 9), text),
  },
  ip: {
    form: "an IP address",
    isOfForm: (text) => isAddress(addressOf(text)),
    write: (digest, text) => (text.includes(":") ? writeIpv6(digest) : writeIpv4(digest)),
  },
  phone: {
    form: "a telephone number",
    isOfForm: (text) => /^[+(\d][\d\s().+/-]{5,30}$/.test(text),
    // 555-0100 to 555-0199 are set aside for fiction in every area code (NANPA).
    write: (digest) =>
      `+1 ${2 + (digest[0] % 8)}${digest[1] % 9}${2 + (digest[2] % 8)}-555-01${decimals(digest.subarray(3), 2)}`,
  },
};

function addressOf(text: string): string {
  return text.replace(/[/%].*$/, "");
}

/** Digits of the form of the value, where it has sixteen too. */
function writeCard(front: string, text: string): string {
  const check = [..."0123456789"].find((digit) => passesLuhn(front + digit)) ?? "0";
  const digits = front + check;
  if (onlyDigits(text).length !== digits.length) return digits;
  let at = 0;
  return text.replaceAll(/\d/g, () => digits[at++]);
}

function writeIpv4(digest: Uint8Array): string {
  return `${IPV4_NETWORKS[digest[0] % IPV4_NETWORKS.length]}.${digest[1]}`;
}

function writeIpv6(digest: Uint8Array): string {
  const groups = Array.from({ length: 6 }, (_, at) => (digest[2 * at] * 256 + digest[2 * at + 1]).toString(16));
  return [IPV6_NETWORK, ...groups].join(":");
}

/** So many decimal digits of a digest, each of two bytes: hardly uneven. */
function decimals(digest: Uint8Array, count: number): string {
  return Array.from({ length: count }, (_, at) => (digest[2 * at] * 256 + digest[2 * at + 1]) % 10).join("");
}
