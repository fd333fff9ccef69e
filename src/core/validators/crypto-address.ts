/** Check digits of addresses of Bitcoin and Ethereum: base58check, bech32 and bech32m, EIP-55. */
import { encodeUtf8 } from "../bytes.ts";
import { keccak256 } from "./keccak256.ts";
import { sha256 } from "./sha256.ts";

const BASE_58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/** Version, hash and check digits. */
const ADDRESS_BYTES = 25;

export function isBase58Check(text: string): boolean {
  const bytes = new Uint8Array(ADDRESS_BYTES);
  for (const character of text) {
    let carry = BASE_58.indexOf(character);
    if (carry < 0) return false;
    for (let i = ADDRESS_BYTES - 1; i >= 0; i--) {
      carry += bytes[i] * 58;
      bytes[i] = carry & 0xff;
      carry >>= 8;
    }
    if (carry > 0) return false;
  }
  const check = sha256(sha256(bytes.subarray(0, -4)));
  return bytes.subarray(-4).every((byte, i) => byte === check[i]);
}

const BASE_32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const BECH_32 = 1;
const BECH_32_M = 0x2bc830a3;

/** Version 0 has the older check digits, later versions the newer. */
export function isBech32(text: string): boolean {
  if (text !== text.toLowerCase() && text !== text.toUpperCase()) return false;
  const lower = text.toLowerCase();
  const at = lower.lastIndexOf("1");
  const prefix = Array.from(lower.slice(0, at), (character) => character.charCodeAt(0));
  const data = Array.from(lower.slice(at + 1), (character) => BASE_32.indexOf(character));
  if (data.length < 8 || data.includes(-1)) return false;
  const all = [...prefix.map((code) => code >> 5), 0, ...prefix.map((code) => code & 31), ...data];
  const remainder = all.reduce((sum, value) => {
    const top = sum >>> 25;
    const next = ((sum & 0x1ffffff) << 5) ^ value;
    return GENERATORS.reduce((mixed, generator, i) => (((top >>> i) & 1) === 1 ? mixed ^ generator : mixed), next);
  }, 1);
  return remainder === (data[0] === 0 ? BECH_32 : BECH_32_M);
}

/** True for capitals that are the check digits of the address; false for an address of one case, which has none. */
export function hasEip55(address: string): boolean {
  const digits = address.slice(2);
  const hash = keccak256(encodeUtf8(digits.toLowerCase()));
  return Array.from(digits).every((digit, i) => {
    const isCapital = ((i % 2 === 0 ? hash[i >> 1] >> 4 : hash[i >> 1]) & 8) !== 0;
    return digit === (isCapital ? digit.toUpperCase() : digit.toLowerCase());
  });
}
