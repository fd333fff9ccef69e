/** Country packs: their examples, an implementation of others, and what their check digits promise. */
import { stdnum } from "stdnum";
import { describe, expect, it, test } from "vitest";
import { SCORES } from "../../src/core/detector.ts";
import type { Scheme } from "../../src/core/detectors/identity-number.ts";
import { withPacks } from "../../src/core/detectors/index.ts";
import { compilePolicy, findAll, PACK_NAMES } from "../../src/core/index.ts";
import * as asiaPacific from "../../src/core/packs/asia-pacific.ts";
import * as britishIsles from "../../src/core/packs/british-isles.ts";
import * as german from "../../src/core/packs/german.ts";
import { packDetectors } from "../../src/core/packs/index.ts";
import * as latinAmerica from "../../src/core/packs/latin-america.ts";
import * as middleEastAndAfrica from "../../src/core/packs/middle-east-and-africa.ts";
import * as northAmerica from "../../src/core/packs/north-america.ts";
import * as northernEurope from "../../src/core/packs/northern-europe.ts";
import * as romance from "../../src/core/packs/romance.ts";
import { naiveFindings } from "../support/naive-matcher.ts";
import { withOneDigitWrong } from "../support/wrong-digit.ts";

const FILES = [
  asiaPacific,
  britishIsles,
  german,
  latinAmerica,
  middleEastAndAfrica,
  northAmerica,
  northernEurope,
  romance,
];
const SCHEMES: readonly Scheme[] = FILES.flatMap((file) => Object.values(file).flat());

describe.each(PACK_NAMES.map((name) => ({ name })))("pack $name", ({ name }) => {
  const policy = compilePolicy({ packs: [name] });
  const find = (text: string): readonly object[] =>
    findAll(policy, new TextEncoder().encode(text)).map(({ start, end, entity }) => ({ start, end, entity }));

  describe.each(packDetectors([name]).map((detector) => ({ entity: detector.entity, detector })))(
    "$entity",
    ({ entity, detector }) => {
      test.each(detector.hits)("finds the end of %j, and so does the definition", (text) => {
        const end = new TextEncoder().encode(text).length;
        expect(find(text)).toEqual([{ start: expect.any(Number) as number, end, entity }]);
        expect(naiveFindings(withPacks([name]), text)).toMatchObject([{ end: text.length, entity }]);
      });

      test.each(detector.misses)("leaves %j alone", (text) => {
        expect(naiveFindings([detector], text)).toEqual([]);
      });

      test("has hits and at least as many kinds of misses to prove it", () => {
        expect(detector.hits.length).toBeGreaterThan(2);
        expect(detector.misses.length).toBeGreaterThan(3);
      });
    },
  );
});

/** How we judge beside the other implementation. */
type Relation = "same" | "stricter" | "looser";

interface Row {
  readonly entity: string;
  /** Country and number of the other implementation; undefined where it has none. */
  readonly oracle: readonly [country: string, number: string] | undefined;
  /** 9 a digit, A a letter, # 0 or 1; other characters stand for themselves. */
  readonly shape: string;
  readonly relation?: Relation;
  /** Share of single wrong digits that the check lets through, at most; default none. */
  readonly undetected?: number;
  readonly why?: string;
}

const ROWS: readonly Row[] = [
  { entity: "US_NPI", oracle: undefined, shape: "1999999999" },
  { entity: "US_DEA", oracle: undefined, shape: "AB9999999", undetected: 0.05, why: "even places weigh two in ten" },
  {
    entity: "CA_HEALTH",
    oracle: ["CA", "bc_bhn"],
    shape: "9999999999",
    relation: "looser",
    undetected: 0.15,
    why: "Ontario has another check",
  },
  { entity: "CA_BN", oracle: ["CA", "bn"], shape: "999999999" },
  {
    entity: "CA_BN",
    oracle: ["CA", "bn"],
    shape: "999999999RC0001",
    undetected: 0.35,
    why: "the account has no check",
  },
  {
    entity: "MX_CURP",
    oracle: ["MX", "curp"],
    shape: "BOXW89#9#9HNERXN99",
    undetected: 0.15,
    why: "weights 10 and 15 pass by a sum over ten",
  },
  {
    entity: "MX_CLABE",
    oracle: ["MX", "clabe"],
    shape: "002999999999999999",
    relation: "looser",
    why: "banks come and go",
  },
  { entity: "UK_UTR", oracle: ["GB", "utr"], shape: "9999999999", undetected: 0.05, why: "two rests share a digit" },
  { entity: "UK_VAT", oracle: ["GB", "vat"], shape: "GB999999999", undetected: 0.05, why: "two checks are in use" },
  { entity: "IE_PPSN", oracle: ["IE", "pps"], shape: "9999999A" },
  {
    entity: "DE_VAT_ID",
    oracle: ["DE", "vat"],
    shape: "DE999999999",
    relation: "stricter",
    why: "none begins with 0",
  },
  {
    entity: "DE_SOCIAL_SECURITY",
    oracle: ["DE", "svnr"],
    shape: "65070899A999",
    undetected: 0.1,
    why: "a product's digits are added",
  },
  { entity: "DE_HEALTH_INSURANCE", oracle: undefined, shape: "A999999999" },
  { entity: "DE_ID_CARD", oracle: undefined, shape: "T999999999" },
  { entity: "DE_PASSPORT", oracle: undefined, shape: "C999999999" },
  { entity: "DE_LANR", oracle: undefined, shape: "999999901", undetected: 0.3, why: "the field has no check" },
  {
    entity: "AT_SVNR",
    oracle: ["AT", "vnr"],
    shape: "9999010199",
    relation: "stricter",
    undetected: 0.03,
    why: "none begins with 0",
  },
  { entity: "AT_VAT_ID", oracle: ["AT", "uid"], shape: "ATU99999999" },
  { entity: "CH_AHV", oracle: ["CH", "ssn"], shape: "7569999999999" },
  { entity: "CH_UID", oracle: ["CH", "uid"], shape: "CHE999999999" },
  { entity: "FR_SIREN", oracle: ["FR", "siren"], shape: "999999999" },
  { entity: "FR_SIREN", oracle: ["FR", "siret"], shape: "99999999999999" },
  { entity: "FR_VAT", oracle: ["FR", "tva"], shape: "FR99999999999" },
  { entity: "ES_CIF", oracle: ["ES", "cif"], shape: "A99999999" },
  {
    entity: "ES_NSS",
    oracle: ["ES", "nss"],
    shape: "289999999999",
    relation: "looser",
    undetected: 0.02,
    why: "a leading zero counts or not",
  },
  { entity: "IT_VAT", oracle: ["IT", "iva"], shape: "99999990999" },
  {
    entity: "PT_NIF",
    oracle: ["PT", "nif"],
    shape: "999999999",
    relation: "stricter",
    undetected: 0.03,
    why: "of those from 4 only 45 is given out; two rests are 0",
  },
  { entity: "NL_VAT", oracle: ["NL", "btw"], shape: "NL999999999B99", undetected: 0.3, why: "the suffix has no check" },
  {
    entity: "BE_NRN",
    oracle: ["BE", "nn"],
    shape: "85079999919",
    relation: "looser",
    undetected: 0.03,
    why: "of two digits the year may be in either century",
  },
  { entity: "BE_VAT", oracle: ["BE", "vat"], shape: "BE0999999999" },
  { entity: "PL_NIP", oracle: ["PL", "nip"], shape: "9999999999" },
  { entity: "PL_REGON", oracle: ["PL", "regon"], shape: "999999999", undetected: 0.03, why: "two rests are 0" },
  { entity: "PL_ID_CARD", oracle: undefined, shape: "ABC999999" },
  { entity: "SE_PERSONNUMMER", oracle: ["SE", "personnummer"], shape: "89#9#9-9999" },
  {
    entity: "SE_ORGANISATIONSNUMMER",
    oracle: ["SE", "orgnr"],
    shape: "9999999999",
    relation: "stricter",
    why: "the first digit is the kind, the third at least 2",
  },
  {
    entity: "NO_FNR",
    oracle: ["NO", "fodselsnummer"],
    shape: "#9#99999999",
    relation: "looser",
    why: "which serials belong to which century is not checked",
  },
  { entity: "FI_HETU", oracle: ["FI", "hetu"], shape: "010199-999A" },
  { entity: "FI_BUSINESS_ID", oracle: ["FI", "ytunnus"], shape: "99999999", undetected: 0.03, why: "weight 10 is -1" },
  {
    entity: "BR_CNPJ",
    oracle: ["BR", "cnpj"],
    shape: "99999999999999",
    undetected: 0.005,
    why: "rests 0 and 1 share a digit",
  },
  { entity: "AR_CUIT", oracle: ["AR", "cuit"], shape: "20999999999", undetected: 0.03, why: "two rests are 9" },
  { entity: "CL_RUT", oracle: ["CL", "rut"], shape: "99999999K" },
  { entity: "CL_RUT", oracle: ["CL", "rut"], shape: "999999999" },
  { entity: "IN_GSTIN", oracle: ["IN", "gstin"], shape: "27AAPFU9999F1ZA" },
  { entity: "KR_RRN", oracle: ["KR", "rrn"], shape: "89#9#91999999", undetected: 0.03, why: "two rests share a digit" },
  { entity: "KR_FRN", oracle: undefined, shape: "89#9#95999999", undetected: 0.03, why: "two rests share a digit" },
  {
    entity: "KR_BRN",
    oracle: ["KR", "brn"],
    shape: "9999999999",
    undetected: 0.1,
    why: "half of the ninth digit counts",
  },
  { entity: "JP_MY_NUMBER", oracle: undefined, shape: "999999999999", undetected: 0.03, why: "two rests are 0" },
  {
    entity: "JP_CORPORATE_NUMBER",
    oracle: ["JP", "cn"],
    shape: "9999999999999",
    undetected: 0.05,
    why: "0 and 9 are the same by nine",
  },
  { entity: "CN_RESIDENT_ID", oracle: ["CN", "ric"], shape: "110105199#0#99999X" },
  { entity: "HK_HKID", oracle: ["HK", "hkid"], shape: "A9999999" },
  { entity: "TW_ID", oracle: ["TW", "natid"], shape: "A199999999", undetected: 0.15, why: "even weights by ten" },
  {
    entity: "TH_TNIN",
    oracle: ["TH", "idnr"],
    shape: "3999999999999",
    relation: "stricter",
    undetected: 0.12,
    why: "provinces are checked; weight 11 counts nothing by eleven",
  },
  { entity: "AU_ABN", oracle: ["AU", "abn"], shape: "99999999999" },
  {
    entity: "AU_ACN",
    oracle: ["AU", "acn"],
    shape: "999999999",
    undetected: 0.1,
    why: "weights 8, 6, 5, 4 and 2 by ten",
  },
  { entity: "SG_NRIC_FIN", oracle: undefined, shape: "S9999999A" },
  { entity: "TR_NATIONAL_ID", oracle: ["TR", "tckimlik"], shape: "99999999999" },
  { entity: "IL_ID", oracle: ["IL", "idnr"], shape: "999999999" },
  { entity: "ZA_ID", oracle: ["ZA", "idnr"], shape: "89#9#99999089" },
];

/** Shapes that count by themselves and have no check digit, or none that is public. */
const UNCHECKED = ["US_MBI", "UK_DRIVING_LICENCE", "UK_POSTCODE", "UK_VEHICLE_REGISTRATION"];

it("holds every number that is worth more than its shape and a word to what its check promises", () => {
  const known = new Set([...ROWS.map(({ entity }) => entity), ...UNCHECKED]);
  const checked = SCHEMES.filter(({ score }) => score !== SCORES.worded).map(({ entity }) => entity);
  expect(checked.filter((entity) => !known.has(entity))).toEqual([]);
});

/** What other implementations take for one. */
type Oracle = Record<string, { validate(text: string): { isValid: boolean } }>;

let seed = 20_261_125;
function draw(below: number): number {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed % below;
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** The letter at the end is drawn, those before it stand for themselves. */
function fill(shape: string): string {
  return Array.from(shape, (character, i) => {
    if (character === "9") return String(draw(10));
    if (character === "#") return String(draw(2));
    return character === "A" && i === shape.length - 1 ? LETTERS[draw(26)] : character;
  }).join("");
}

const TRIES = 20_000;

describe.each(ROWS)("$entity $shape", ({ entity, oracle, shape, relation = "same", undetected = 0 }) => {
  const scheme = SCHEMES.find((one) => one.entity === entity);
  const isValid = (text: string): boolean => {
    const plain = text.replaceAll(/[^0-9A-Z]/g, "");
    return scheme !== undefined && scheme.isValid(plain) && (scheme.isProven?.(plain) ?? true);
  };
  const drawn = Array.from({ length: TRIES }, () => fill(shape));

  it.skipIf(oracle === undefined)("is what others take for one, or we say why not", () => {
    const [country, number] = oracle ?? ["", ""];
    const other = (stdnum as Record<string, Oracle>)[country][number];
    const isTheirs = (text: string): boolean => other.validate(text).isValid;
    const differing = drawn.filter((text) => {
      if (isValid(text) === isTheirs(text)) return false;
      return relation === "same" || isValid(text) === (relation === "stricter");
    });
    expect(differing).toEqual([]);
  });

  it("is none any more with one digit wrong, as often as its check promises", () => {
    const right = drawn.filter(isValid);
    const wrong = withOneDigitWrong(right, draw);
    expect(wrong.length).toBeGreaterThan(10);
    // Five standard deviations, or the bound would hold for this seed only.
    const margin = 5 * Math.sqrt((undetected * (1 - undetected)) / wrong.length);
    expect(wrong.filter(isValid).length / wrong.length).toBeLessThanOrEqual(undetected + margin);
  });
});

describe("packs of a policy", () => {
  it("are refused by name where there are none", () => {
    expect(() => compilePolicy({ packs: ["xx" as "de"] })).toThrow(expect.objectContaining({ code: "BAD_CONFIG" }));
  });

  it("are looked for beside the entities that a policy names", () => {
    const policy = compilePolicy({ packs: ["de"], entities: ["EMAIL"] });
    const found = findAll(policy, new TextEncoder().encode("jane@acme.com, 15070649C103, 192.168.1.1"));
    expect(found.map(({ entity }) => entity)).toEqual(["EMAIL", "DE_SOCIAL_SECURITY"]);
  });

  it("are off unless named", () => {
    expect(findAll(compilePolicy({}), new TextEncoder().encode("15070649C103"))).toEqual([]);
  });
});
