/** The published samples of what operators are made of, through the port that they use, on both HMACs. */
import { describe, expect, test } from "vitest";
import { expand, extract } from "../../src/core/hkdf.ts";
import { nodeCrypto } from "../../src/node/config/key.ts";
import { createCrypto } from "../../src/server/keys/crypto.ts";

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const hex = (data: Uint8Array | undefined): string => Buffer.from(data ?? []).toString("hex");
const range = (from: number, to: number): Uint8Array => Uint8Array.from({ length: to - from }, (_, at) => from + at);

const HOSTS = [
  ["Node", nodeCrypto],
  ["the edge", createCrypto()],
] as const;

const HKDF = [
  {
    name: "A.1",
    secret: new Uint8Array(22).fill(0x0b),
    salt: range(0, 13),
    info: range(0xf0, 0xfa),
    extracted: "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
    key: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
  },
  {
    name: "A.2",
    secret: range(0, 0x50),
    salt: range(0x60, 0xb0),
    info: range(0xb0, 0x100),
    extracted: "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
    key: "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
  },
  {
    name: "A.3",
    secret: new Uint8Array(22).fill(0x0b),
    salt: new Uint8Array(0),
    info: new Uint8Array(0),
    extracted: "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
    key: "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
  },
];

const SIV = [
  {
    name: "A.1",
    key: "fffefdfc fbfaf9f8 f7f6f5f4 f3f2f1f0 f0f1f2f3 f4f5f6f7 f8f9fafb fcfdfeff",
    associated: ["10111213 14151617 18191a1b 1c1d1e1f 20212223 24252627"],
    text: "11223344 55667788 99aabbcc ddee",
    sealed: "85632d07 c6e8f37f 950acd32 0a2ecc93 40c02b96 90c4dc04 daef7f6a fe5c",
  },
  {
    name: "A.2",
    key: "7f7e7d7c 7b7a7978 77767574 73727170 40414243 44454647 48494a4b 4c4d4e4f",
    associated: [
      "00112233 44556677 8899aabb ccddeeff deaddada deaddada ffeeddcc bbaa9988 77665544 33221100",
      "10203040 50607080 90a0",
      "09f91102 9d74e35b d84156c5 635688c0",
    ],
    text: "74686973 20697320 736f6d65 20706c61 696e7465 78742074 6f20656e 63727970 74207573 696e6720 5349562d 414553",
    sealed:
      "7bdb6e3b 432667eb 06f4d14b ff2fbd0f cb900f2f ddbe4043 26601965 c889bf17 dba77ceb 094fa663 b7a3f748 ba8af829 ea64ad54 4a272e9c 485b62a3 fd5c0d",
  },
];

const KEY_128 = "2B7E151628AED2A6ABF7158809CF4F3C";
const KEY_192 = `${KEY_128}EF4359D8D580AA4F`;
const KEY_256 = `${KEY_192}7F036D6F04FC6A94`;
const DECIMAL = "0123456789";
const BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz";
const TWEAK_10 = "39383736353433323130";
const TWEAK_11 = "3737373770717273373737";
const FF1 = [
  { name: "1", key: KEY_128, tweak: "", symbols: DECIMAL, text: "0123456789", sealed: "2433477484" },
  { name: "2", key: KEY_128, tweak: TWEAK_10, symbols: DECIMAL, text: "0123456789", sealed: "6124200773" },
  {
    name: "3",
    key: KEY_128,
    tweak: TWEAK_11,
    symbols: BASE36,
    text: "0123456789abcdefghi",
    sealed: "a9tv40mll9kdu509eum",
  },
  { name: "4", key: KEY_192, tweak: "", symbols: DECIMAL, text: "0123456789", sealed: "2830668132" },
  { name: "5", key: KEY_192, tweak: TWEAK_10, symbols: DECIMAL, text: "0123456789", sealed: "2496655549" },
  {
    name: "6",
    key: KEY_192,
    tweak: TWEAK_11,
    symbols: BASE36,
    text: "0123456789abcdefghi",
    sealed: "xbj3kv35jrawxv32ysr",
  },
  { name: "7", key: KEY_256, tweak: "", symbols: DECIMAL, text: "0123456789", sealed: "6657667009" },
  { name: "8", key: KEY_256, tweak: TWEAK_10, symbols: DECIMAL, text: "0123456789", sealed: "1001623463" },
  {
    name: "9",
    key: KEY_256,
    tweak: TWEAK_11,
    symbols: BASE36,
    text: "0123456789abcdefghi",
    sealed: "xs8a0azh2avyalyzuwd",
  },
];

describe.each(HOSTS)("with the HMAC of %s", (_, crypto) => {
  test.each(HKDF)("HKDF gives the keys of RFC 5869, $name", ({ secret, salt, info, extracted, key }) => {
    const pseudorandom = extract(crypto, salt, secret);
    expect(hex(pseudorandom)).toBe(extracted);
    expect(hex(expand(crypto, pseudorandom, { info, length: key.length / 2 }))).toBe(key);
  });

  test.each(SIV)("AES-SIV gives the bytes of RFC 5297, $name, and takes them back", (sample) => {
    const siv = crypto.siv(bytes(sample.key), sample.associated.map(bytes));
    const sealed = siv.seal(bytes(sample.text));
    expect(hex(sealed)).toBe(sample.sealed.replaceAll(" ", ""));
    expect(hex(siv.open(sealed))).toBe(sample.text.replaceAll(" ", ""));
  });

  test.each(SIV)("AES-SIV opens nothing that has one bit wrong, $name", (sample) => {
    const siv = crypto.siv(bytes(sample.key), sample.associated.map(bytes));
    const sealed = bytes(sample.sealed);
    sealed.forEach((byte, at) => {
      for (let bit = 1; bit < 256; bit *= 2) expect(siv.open(sealed.with(at, byte ^ bit))).toBeUndefined();
    });
    for (let length = 0; length < sealed.length; length++) expect(siv.open(sealed.subarray(0, length))).toBeUndefined();
    const [first = "", ...others] = sample.associated;
    expect(crypto.siv(bytes(sample.key), others.map(bytes)).open(sealed)).toBeUndefined();
    expect(crypto.siv(bytes(sample.key), [`${first} 00`, ...others].map(bytes)).open(sealed)).toBeUndefined();
  });

  test.each(FF1)("FF1 gives the digits of NIST SP 800-38G, sample $name, and takes them back", (sample) => {
    const { symbols } = sample;
    const ff1 = crypto.ff1(bytes(sample.key), { radix: symbols.length, tweak: bytes(sample.tweak) });
    const digits = (text: string): number[] => [...text].map((one) => symbols.indexOf(one));
    const write = (word: readonly number[]): string => word.map((digit) => symbols[digit]).join("");
    expect(write(ff1.encrypt(digits(sample.text)))).toBe(sample.sealed);
    expect(write(ff1.decrypt(digits(sample.sealed)))).toBe(sample.text);
  });
});
