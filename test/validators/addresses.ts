/** Addresses of wallets with right check digits, by the hashes of Node and of another library and the naive arithmetic. */
import { createHash } from "node:crypto";
import { keccak_256 } from "@noble/hashes/sha3.js";

const sha256 = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();

let count = 0;

/** One of a kind: `bitcoin` (base58check), `segwit` (bech32), `taproot` (bech32m) or `ethereum` (EIP-55). */
export function addressOf(kind: string): string {
  const hash = sha256(Buffer.from(`${kind} ${count++}`));
  if (kind === "ethereum") return withCapitals(hash.toString("hex", 0, 20));
  if (kind === "bitcoin")
    return base58Check(Buffer.concat([Buffer.from([count % 2 === 0 ? 0 : 5]), hash.subarray(0, 20)]));
  return kind === "segwit" ? bech32(0, hash.subarray(0, 20), 1) : bech32(1, hash, 0x2b_c8_30_a3);
}

/** EIP-55: a digit of the hash from 8 makes a capital. */
function withCapitals(digits: string): string {
  const hash = Buffer.from(keccak_256(Buffer.from(digits))).toString("hex");
  const cased = Array.from(digits, (digit, i) =>
    Number.parseInt(hash.charAt(i), 16) >= 8 ? digit.toUpperCase() : digit,
  );
  return `0x${cased.join("")}`;
}

const BASE_58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

function base58Check(bytes: Uint8Array): string {
  const whole = Buffer.concat([bytes, sha256(sha256(bytes)).subarray(0, 4)]);
  let text = "";
  for (let rest = BigInt(`0x${whole.toString("hex")}`); rest > 0n; rest /= 58n)
    text = BASE_58.charAt(Number(rest % 58n)) + text;
  return "1".repeat(whole.findIndex((byte) => byte > 0)) + text;
}

const BASE_32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/** Of the polynomial of BIP 173, with its values for the five bits that fall out. */
const GENERATORS = [0x3b_6a_57_b2n, 0x26_50_8e_6dn, 0x1e_a1_19_fan, 0x3d_42_33_ddn, 0x2a_14_62_b3n];

function bech32(version: number, program: Uint8Array, constant: number): string {
  const bits = Array.from(program, (byte) => byte.toString(2).padStart(8, "0")).join("");
  const groups = bits.padEnd(Math.ceil(bits.length / 5) * 5, "0").match(/.{5}/g) ?? [];
  const data = [version, ...groups.map((group) => Number.parseInt(group, 2))];
  // "bc" as high bits, a zero, low bits.
  const rest = polymod([3, 3, 0, 2, 3, ...data, 0, 0, 0, 0, 0, 0]) ^ BigInt(constant);
  const check = Array.from({ length: 6 }, (_, i) => Number((rest >> BigInt(5 * (5 - i))) & 31n));
  return `bc1${[...data, ...check].map((value) => BASE_32.charAt(value)).join("")}`;
}

function polymod(values: readonly number[]): bigint {
  let sum = 1n;
  for (const value of values) {
    const top = sum >> 25n;
    sum = ((sum & 0x1_ff_ff_ffn) << 5n) ^ BigInt(value);
    for (const [i, generator] of GENERATORS.entries()) if (((top >> BigInt(i)) & 1n) === 1n) sum ^= generator;
  }
  return sum;
}
