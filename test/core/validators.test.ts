/** Check digits and tables against the examples that their standards and issuers publish. */
import { describe, expect, test } from "vitest";
import { toBase62 } from "../../src/core/validators/base62.ts";
import { decodeBase64url } from "../../src/core/validators/base64url.ts";
import { isInternationalNumber } from "../../src/core/validators/calling-code.ts";
import { brandEvidence } from "../../src/core/validators/card-brand.ts";
import { crc32 } from "../../src/core/validators/crc32.ts";
import { IBAN_COUNTRIES, isIban } from "../../src/core/validators/iban.ts";
import { isIpv4, parseIpv6 } from "../../src/core/validators/ip-address.ts";
import { isJoseHeader } from "../../src/core/validators/jose-header.ts";
import { passesLuhn } from "../../src/core/validators/luhn.ts";
import { mod97 } from "../../src/core/validators/mod97.ts";

/** Examples of the IBAN registry, one a country. */
const IBANS = `
  AD1200012030200359100100 AE070331234567890123456 AL47212110090000000235698741 AT611904300234573201
  AZ21NABZ00000000137010001944 BA391290079401028494 BE68539007547034 BG80BNBG96611020345678 BH67BMAG00001299123456
  BR1800360305000010009795493C1 CH9300762011623852957 CR05015202001026284066 CY17002001280000001200527600
  CZ6508000000192000145399 DE89370400440532013000 DK5000400440116243 DO28BAGR00000001212453611324 EE382200221020145685
  ES9121000418450200051332 FI2112345600000785 FO6264600001631634 FR1420041010050500013M02606 GB29NWBK60161331926819
  GE29NB0000000101904917 GI75NWBK000000007099453 GL8964710001000206 GR1601101250000000012300695
  GT82TRAJ01020000001210029690 HR1210010051863000160 HU42117730161111101800000000 IE29AIBK93115212345678
  IL620108000000099999999 IS140159260076545510730339 IT60X0542811101000000123456 JO94CBJO0010000000000131000302
  KW81CBKU0000000000001234560101 KZ86125KZT5004100100 LB62099900000001001901229114 LI21088100002324013AA
  LT121000011101001000 LU280019400644750000 LV80BANK0000435195001 MC5811222000010123456789030 MD24AG000225100013104168
  ME25505000012345678951 MK07250120000058984 MR1300020001010000123456753 MT84MALT011000012345MTLCAST001S
  MU17BOMM0101101030300200000MUR NL91ABNA0417164300 NO9386011117947 PK36SCBL0000001123456702
  PL61109010140000071219812874 PS92PALS000000000400123456702 PT50000201231234567890154 QA58DOHB00001234567890ABCDEFG
  RO49AAAA1B31007593840000 RS35260005601001611379 SA0380000000608010167519 SE4550000000058398257466
  SI56263300012039086 SK3112000000198742637541 SM86U0322509800000000270100 TN5910006035183598478831
  TR330006100519786457841326 VG96VPVG0000012345678901 XK051212012345678906`
  .trim()
  .split(/\s+/);

describe("IBAN", () => {
  test.each(IBANS)("%s is right, with any digit changed it is not", (iban) => {
    expect(isIban(iban)).toBe(true);
    expect(isIban(iban.toLowerCase())).toBe(true);
    for (let at = 2; at < iban.length; at++) {
      const wrong = String((Number.parseInt(iban.charAt(at), 36) + 1) % 10);
      expect(isIban(iban.slice(0, at) + wrong + iban.slice(at + 1))).toBe(false);
    }
  });

  test.each(["", "GB", "GB29", "ZZ29NWBK60161331926819", `${IBANS[0]}0`, "__29NWBK60161331926819"])(
    "%j is none",
    (text) => {
      expect(isIban(text)).toBe(false);
    },
  );

  test("names more countries than the registry", () => {
    expect(IBAN_COUNTRIES.length).toBeGreaterThan(97);
    expect(new Set(IBAN_COUNTRIES).size).toBe(IBAN_COUNTRIES.length);
    expect(mod97("3214282912345698765432161182")).toBe(1);
  });
});

/** Test numbers as processors and schemes publish them. */
const CARDS: readonly (readonly [number: string, evidence: ReturnType<typeof brandEvidence>])[] = [
  ["4111111111111111", "own"],
  ["4012888888881881", "own"],
  ["4222222222222", "context"],
  ["4917300800000000", "own"],
  ["5555555555554444", "own"],
  ["5105105105105100", "own"],
  ["2223003122003222", "own"],
  ["2720992593319364", "own"],
  ["378282246310005", "own"],
  ["371449635398431", "own"],
  ["6011111111111117", "own"],
  ["6011000990139424", "own"],
  ["30569309025904", "own"],
  ["38520000023237", "own"],
  ["36006666333344", "own"],
  ["3530111333300000", "own"],
  ["3566002020360505", "own"],
  ["6200000000000005", "own"],
  ["6759649826438453", "own"],
  ["5019717010103742", "own"],
  ["6304000000000000", "own"],
  ["501800000009", "context"],
  ["122000000000003", "context"],
  ["2201382000000013", "own"],
  ["9792020000000001", "own"],
  ["1234567812345670", "none"],
  ["7000000000000005", "none"],
  ["411111111111116", "none"],
];

describe("payment cards", () => {
  test.each(CARDS)("%s passes Luhn and shows a brand: %s", (number, evidence) => {
    expect(passesLuhn(number)).toBe(true);
    expect(brandEvidence(number)).toBe(evidence);
  });

  test.each(CARDS)("%s fails Luhn with its last digit changed", (number) => {
    expect(passesLuhn(number.slice(0, -1) + String((Number(number.at(-1)) + 1) % 10))).toBe(false);
  });
});

describe("IP addresses", () => {
  test.each(["0.0.0.0", "255.255.255.255", "192.168.1.1"])("%s is IPv4", (text) => expect(isIpv4(text)).toBe(true));

  test.each(["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "0x7f.0.0.1", "1.2.3.", "1..2.3", "1.2.3.4 "])(
    "%j is not IPv4",
    (text) => expect(isIpv4(text)).toBe(false),
  );

  test.each([
    "::",
    "::1",
    "1::",
    "1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7::",
    "::2:3:4:5:6:7:8",
    "::ffff:1.2.3.4",
    "1:2:3:4:5:6:1.2.3.4",
  ])("%s is IPv6", (text) => expect(parseIpv6(text)).toBeDefined());

  test.each([
    "",
    ":",
    ":::",
    "1",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "1::2::3",
    "12345::",
    "g::",
    "::1.2.3",
    "1.2.3.4::",
    "::256.1.1.1",
  ])("%j is not IPv6", (text) => expect(parseIpv6(text)).toBeUndefined());
});

describe("calling codes", () => {
  test.each([
    "14155552671",
    "442079460958",
    "4930123456",
    "33612345678",
    "35312345678",
    "390612345678",
    "8613812345678",
    "905321234567",
  ])("+%s has a code and a length of its plan", (digits) => expect(isInternationalNumber(digits)).toBe(true));

  test.each(["", "1415555267", "141555526711", "999123456789", "210123456789", "336123456789", "0123456789"])(
    "+%s has not",
    (digits) => expect(isInternationalNumber(digits)).toBe(false),
  );
});

describe("tokens", () => {
  test("CRC-32 gives the check value of its catalogue, and base 62 the digits of a published token", () => {
    expect(crc32("123456789")).toBe(0xcbf43926);
    expect(crc32("")).toBe(0);
    expect(toBase62(crc32("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ"), 6)).toBe("0mLq17");
    expect(toBase62(0, 6)).toBe("000000");
    expect(toBase62(61, 1)).toBe("z");
  });

  test("base64url decodes the vectors of RFC 4648 and refuses the rest", () => {
    const vectors = {
      "": "",
      Zg: "f",
      Zm8: "fo",
      Zm9v: "foo",
      Zm9vYg: "foob",
      Zm9vYmE: "fooba",
      Zm9vYmFy: "foobar",
      "-_8": "\xfb\xff",
    };
    for (const [encoded, decoded] of Object.entries(vectors)) expect(decodeBase64url(encoded)).toBe(decoded);
    for (const wrong of ["Z", "Zg==", "Zm9+", "Zm9/", "Zm 9", "Zé"]) expect(decodeBase64url(wrong)).toBeUndefined();
  });

  const header = (json: string): string => Buffer.from(json).toString("base64url");

  test.each([
    '{"alg":"HS256"}',
    '{"typ":"JWT","alg":"none"}',
    '{"alg":"RS256","kid":"schlüssel"}',
    '{ "x5t#S256":"a", "alg":"ES256"}',
  ])("%s is the header of a token", (json) => expect(isJoseHeader(header(json))).toBe(true));

  test.each([
    "",
    "{}",
    '{"typ":"JWT"}',
    '{"alg":1}',
    '{"alg":null}',
    '["alg"]',
    '"alg"',
    "null",
    '{"alg":"HS256"',
    '{"a":'.repeat(900),
  ])("%j is not", (json) => expect(isJoseHeader(header(json))).toBe(false));
});
