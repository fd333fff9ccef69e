/**
 * Where we judge a number otherwise than others do, and why.
 *
 * Owns the table. A disagreement that no row explains fails the test, and so does a row that explains none any more.
 */

export interface Disagreement {
  readonly entity: string;
  /** As others.ts names it. */
  readonly other: string;
  readonly we: "take" | "refuse";
  readonly why: string;
  /** Which numbers; all of them when left out. */
  readonly values?: RegExp;
}

type Row = readonly [entity: string, other: string, we: "take" | "refuse", why: string, values?: RegExp];

const WORDED = "behind its name the check digit is enough; which digits come twice raises the score";
const FUTURE = "the day of birth is still to come; a test of ours must not depend on today";
const NOT_OWN = "territories have no IBAN of their own: accounts there begin with FR or FI";

const ROWS: readonly Row[] = [
  [
    "IBAN",
    "ibantools isValidIBAN",
    "take",
    "digits that the banks of a country check inside the number: a wrong one there is the bank's business",
  ],
  ["IBAN", "ibantools isValidIBAN", "refuse", NOT_OWN, /^(?:AX|BL|GF|GP|MF|MQ|NC|PF|PM|RE|TF|WF|YT)/],
  ["IBAN", "validator isIBAN", "take", "it knows no form for these countries", /^(?!BY|FR|MC|SM)/],
  [
    "IBAN",
    "validator isIBAN",
    "take",
    "where letters may stand in a number is the bank's business",
    /^(?:BY|FR|MC|SM)/,
  ],
  [
    "CREDIT_CARD",
    "card-validator number",
    "take",
    "behind `card` the check digit and the way it is printed are enough, whatever the range",
  ],
  ["CREDIT_CARD", "card-validator number", "refuse", "it asks no check digit of UnionPay", /^62/],
  ["CREDIT_CARD", "validator isCreditCard", "take", "it does not know the brand, or behind `card` none is asked for"],
  ["CA_SIN", "stdnum CA.sin", "refuse", "none begins with 0 or 8; examples do, so that nobody has them", /^[08]/],
  [
    "CA_SIN",
    "validator isTaxID en-CA",
    "refuse",
    "none begins with 0 or 8; examples do, so that nobody has them",
    /^[08]/,
  ],
  ["UK_NINO", "validator isTaxID en-GB", "refuse", "HMRC does not give out BG, KN and NT", /^(?:BG|KN|NT)/],
  ["DE_TAX_ID", "stdnum DE.idnr", "take", WORDED],
  ["DE_TAX_ID", "validator isTaxID de-DE", "take", WORDED],
  ["FR_NIR", "stdnum FR.nir", "refuse", "month 00, 13 to 19 or 43 to 49, or department 00: nobody has one"],
  ["ES_DNI_NIE", "stdnum ES.nif", "refuse", "K, L, M are old numbers of minors and of Spaniards abroad", /^[KLM]/],
  ["ES_DNI_NIE", "stdnum ES.nif", "refuse", "numbers of legal entities: ES_CIF", /^[A-HJNP-W]/],
  [
    "ES_DNI_NIE",
    "validator isTaxID es-ES",
    "refuse",
    "K, L, M are old numbers of minors and of Spaniards abroad",
    /^[KLM]/,
  ],
  [
    "IT_CODICE_FISCALE",
    "stdnum IT.codicefiscale",
    "refuse",
    "no day of birth: 01 to 31, for women plus 40",
    /[A-Z](?:00|3[2-9]|40|7[2-9]|[89]\d)[A-Z]\d{3}.$/,
  ],
  [
    "IT_CODICE_FISCALE",
    "stdnum IT.codicefiscale",
    "refuse",
    "letters for digits, where two people would share a number: sixteen letters are any word",
    /^RSSMRA8R/,
  ],
  [
    "IT_CODICE_FISCALE",
    "validator isTaxID it-IT",
    "refuse",
    "letters for digits, where two people would share a number: sixteen letters are any word",
    /^RSSMRA8R/,
  ],
  [
    "IT_CODICE_FISCALE",
    "validator isTaxID it-IT",
    "take",
    "which letters of a name may follow each other is not checked; nor days of short months",
  ],
  ["PL_PESEL", "stdnum PL.pesel", "take", FUTURE, /^\d\d[2-7]/],
  ["PL_PESEL", "validator isTaxID pl-PL", "take", "it refuses the check digit 0", /0$/],
  ["PL_PESEL", "validator isIdentityCard PL", "refuse", "no day of birth; there the check digit alone counts"],
  ["IN_AADHAAR", "validator isIdentityCard IN", "refuse", "UIDAI gives out none that begins with 0 or 1", /^[01]/],
  ["IN_PAN", "stdnum IN.pan", "take", "behind `pan` the shape is enough, as in the numbers of examples"],
  ["US_SSN", "stdnum US.ssn", "take", "behind `ssn` a taxpayer number is meant", /^9/],
  ["US_SSN", "stdnum US.ssn", "refuse", "serial 0000 is not given out", /0000$/],
  ["CA_HEALTH", "stdnum CA.bc_bhn", "take", "Ontario has another check, which counts as well"],
  ["CA_BN", "stdnum CA.bn", "take", "it does not know the programs RR (charities) and RZ (returns)", /R[RZ]/],
  ["MX_CURP", "stdnum MX.curp", "refuse", "a vowel first, then consonants of the names: there any letters"],
  ["MX_RFC", "stdnum MX.rfc", "take", "behind `RFC` the shape is enough: its check character is often another"],
  ["MX_CLABE", "stdnum MX.clabe", "take", "banks come and go: the check digit is enough"],
  ["IE_PPSN", "stdnum IE.pps", "refuse", "the second letter is A to I or W", /\d[A-W][^A-IW]$/],
  ["DE_VAT_ID", "stdnum DE.vat", "refuse", "none begins with 0", /^DE0/],
  ["DE_SOCIAL_SECURITY", "stdnum DE.svnr", "refuse", "no day of birth; there 00 to 99 count"],
  [
    "AT_SVNR",
    "stdnum AT.vnr",
    "take",
    "months 13 and up are given out when a day's numbers are used up; days are not checked",
  ],
  ["AT_SVNR", "stdnum AT.vnr", "refuse", "none begins with 0", /^0/],
  ["CH_AHV", "validator isEAN", "refuse", "a bar code of another country than 756", /^(?!756)/],
  [
    "FR_SIREN",
    "stdnum FR.siren or stdnum FR.siret",
    "take",
    "offices of the post: their digits add up to a multiple of five",
    /^356000000\d{5}$/,
  ],
  [
    "ES_CIF",
    "stdnum ES.cif",
    "refuse",
    "the check is a letter for N, P, Q, R, S and W; there a digit counts too",
    /^[NPQRSW].*\d$/,
  ],
  [
    "ES_NSS",
    "stdnum ES.nss",
    "take",
    "whether the zero of a number below ten million counts is told both ways",
    /^280/,
  ],
  ["PT_NIF", "stdnum PT.nif", "refuse", "of those from 4 only 45 is given out", /^4[^5]/],
  [
    "PT_NIF",
    "validator isTaxID pt-PT",
    "refuse",
    "of those from 4 only 45 is given out, and none from 0",
    /^(?:0|4[^5])/,
  ],
  ["PT_NIF", "validator isVAT PT", "refuse", "of those from 4 only 45 is given out, and none from 0", /^(?:0|4[^5])/],
  [
    "BE_NRN",
    "stdnum BE.insz",
    "take",
    "the century that the check digits tell is still to come, or the day is not known",
  ],
  [
    "BE_NRN",
    "stdnum BE.insz",
    "refuse",
    "check numbers go up to 97: 98 and 99 leave the same rest as 01 and 02",
    /9[89]$|00$/,
  ],
  [
    "BE_NRN",
    "validator isTaxID nl-BE",
    "take",
    "month and day are zero where they are not known, months of foreigners plus 20 or 40",
  ],
  ["SE_PERSONNUMMER", "stdnum SE.personnummer", "refuse", "centuries before 18 and after 20", /^(?!1[89]|20)\d{8}-/],
  [
    "SE_PERSONNUMMER",
    "validator isTaxID sv-SE",
    "take",
    "it checks the century with the rest; the law checks ten digits",
    /^\d{8}-/,
  ],
  [
    "SE_PERSONNUMMER",
    "validator isTaxID sv-SE",
    "take",
    "a plus is for those over a hundred: it looks into the last century, whatever the year",
    /^\d{6}\+/,
  ],
  [
    "SE_PERSONNUMMER",
    "validator isTaxID sv-SE",
    "refuse",
    "it checks the century with the rest; the law checks ten digits",
    /^\d{8}-/,
  ],
  [
    "SE_ORGANISATIONSNUMMER",
    "stdnum SE.orgnr",
    "refuse",
    "the first digit is the kind, and none is 0 or 4; the third is 2 or more",
    /^[04]|^..[01]/,
  ],
  [
    "NO_FNR",
    "stdnum NO.fodselsnummer",
    "take",
    "which serials belong to which century is not checked, nor whether the day is still to come",
  ],
  ["NO_FNR", "validator isIdentityCard NO", "refuse", "no day of birth; there the check digits alone count"],
  ["DK_CPR", "stdnum DK.cpr", "take", FUTURE],
  ["DK_CPR", "validator isTaxID dk-DK", "take", "mod 11 holds for numbers before 2007 only"],
  ["FI_HETU", "stdnum FI.hetu", "take", FUTURE, /^\d{6}[A-F]/],
  [
    "FI_HETU",
    "stdnum FI.hetu",
    "take",
    "numbers from 900 are for a stay, and those below 002 are tests",
    /(?:9\d\d|00[01]).$/,
  ],
  [
    "FI_HETU",
    "validator isTaxID fi-FI",
    "take",
    "it does not know the signs of 2023, B to F and U to Y",
    /^\d{6}[B-FU-Y]/,
  ],
  [
    "FI_HETU",
    "validator isIdentityCard FI",
    "take",
    "it does not know the signs of 2023, B to F and U to Y",
    /^\d{6}[B-FU-Y]/,
  ],
  [
    "FI_HETU",
    "validator isIdentityCard FI",
    "refuse",
    "no day of birth; there the check character alone counts",
    /^00/,
  ],
  ["AR_CUIT", "stdnum AR.cuit", "take", "it does not know the kinds 25 and 26", /^2[56]/],
  [
    "AR_CUIT",
    "validator isTaxID es-AR",
    "take",
    "it does not know the kinds of companies from abroad, 50 and up, nor 25 and 26",
    /^5|^2[56]/,
  ],
  [
    "IN_GSTIN",
    "stdnum IN.gstin",
    "take",
    "the kind of holder in the PAN inside is not checked; the check character holds",
  ],
  [
    "IN_VOTER",
    "stdnum IN.epic",
    "take",
    "behind `voter` the shape is enough: the Election Commission publishes no check digit",
  ],
  ["KR_RRN", "stdnum KR.rrn", "take", FUTURE, /-[349]/],
  ["KR_RRN", "stdnum KR.rrn", "refuse", "those of foreigners are KR_FRN", /-[5-8]/],
  ["KR_RRN", "stdnum KR.rrn", "refuse", "0 is for women born before 1900", /-0/],
  ["CN_RESIDENT_ID", "stdnum CN.ric", "refuse", "no region begins with 0", /^0/],
  [
    "CN_RESIDENT_ID",
    "validator isIdentityCard zh-CN",
    "take",
    "regions come and go: day and check character are enough",
  ],
  ["HK_HKID", "stdnum HK.hkid", "take", "it does not know letters with an O", /O/],
  [
    "TW_ID",
    "validator isIdentityCard zh-TW",
    "refuse",
    "the second place is 1, 2, 8 or 9; there any digit counts",
    /^.[03-7]/,
  ],
  ["TH_TNIN", "stdnum TH.idnr", "refuse", "the second and third digit are a province"],
  ["TH_TNIN", "validator isIdentityCard TH", "refuse", "the second and third digit are a province"],
  ["AU_ABN", "validator isVAT AU", "refuse", "the two check digits are 11 or more", /^10/],
  ["SG_UEN", "stdnum SG.uen", "take", "behind `UEN` the shape is enough: ACRA publishes no rule for the check letter"],
];

export const DISAGREEMENTS: readonly Disagreement[] = ROWS.map(([entity, other, we, why, values]) => ({
  entity,
  other,
  we,
  why,
  ...(values === undefined ? {} : { values }),
}));
