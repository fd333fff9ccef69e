/**
 * Numbers of the catalogue that have check digits, or that others check: how one is drawn, and who the others are.
 *
 * Owns the table. What their check digits promise stands in promises.ts.
 */
import { addressOf } from "./addresses.ts";
import { BIC, CARD, either, IBAN_SHAPES, IBANTOOLS, js, type Other, std, withIbanCheck } from "./others.ts";

export interface Numbers {
  readonly entity: string;
  /** As `fill` of draw.ts reads them. */
  readonly shapes: readonly string[];
  /** Empty where nobody else checks such numbers. */
  readonly others: readonly Other[];
  /** Judged without a word before it: with one, numbers without check digits count too. */
  readonly isAlone?: true;
  /** Writes check digits into what was drawn, where one in thousands would pass by chance. */
  readonly complete?: (drawn: string) => string;
}

const of = (
  entity: string,
  shapes: string,
  others: readonly Other[],
  how: Pick<Numbers, "isAlone" | "complete"> = {},
): Numbers => ({ entity, shapes: shapes.split(" "), others, ...how });

const CARDS =
  "4999999999999999 4999999999999999999 5199999999999999 5599999999999999 2221999999999999 2720999999999999 349999999999999 379999999999999 " +
  "30099999999999 30599999999999 36999999999999 38999999999999 3528999999999999 3589999999999999 6011999999999999 6449999999999999 " +
  "6599999999999999 6299999999999999 6304999999999999 6759999999999999 5018999999999999 2204999999999999 6062829999999999 5066999999999999 " +
  "9792999999999999 8600999999999999 6099999999999999 9999999999999999";

export const NUMBERS: readonly Numbers[] = [
  of("IBAN", IBAN_SHAPES, [IBANTOOLS, js("isIBAN")], { complete: withIbanCheck }),
  of("CREDIT_CARD", CARDS, [CARD, js("isCreditCard")]),
  of("SWIFT_BIC", "????DE99 ????GB** ????FR***** ????????", [BIC, js("isBIC")]),
  of("CARD_TRACK", ";4999999999999999=2512 B5199999999999999^DOE/JANE^2512", []),
  of("CRYPTO_ADDRESS", "bitcoin segwit taproot ethereum", [], { complete: addressOf }),
  of("IPV4", "99.99.99.99 199.#99.9.299 1999.9.9.9 01.9.9.9", [js("isIP 4")]),
  of(
    "IPV6",
    "%%%%:%%:%%:%%:%%:%%:%%:%% %%::%%:%%% 2%%%:%%:%%::%% ::ffff:99.99.9.199 %%:%%:%%:%% %%:%%:%%:%%:%%:%%:%%:%%:%%",
    [js("isIP 6")],
  ),
  of("MAC", "%%:%%:%%:%%:%%:%% %%-%%-%%-%%-%%-%% %%%%.%%%%.%%%% %%:%%:%%:%%:%%", [js("isMACAddress")]),
  of("US_ABA", "199999999 029999999 329999999 999999999", [js("isAbaRouting")]),
  of("US_ITIN", "999-99-9999", []),
  of("CA_SIN", "999999999", [std("CA.sin"), js("isTaxID en-CA")]),
  of("UK_NINO", "??999999? AB999999C", [std("GB.nino"), js("isTaxID en-GB")]),
  of("UK_NHS", "9999999999", []),
  of("DE_TAX_ID", "99999999999", [std("DE.idnr"), js("isTaxID de-DE")]),
  of("FR_NIR", "199999999999999 2990#2A99999999 2990#9699999999", [std("FR.nir")]),
  of("ES_DNI_NIE", "99999999? X9999999? Z9999999? K9999999? B99999999", [
    std("ES.nif"),
    js("isTaxID es-ES"),
    js("isIdentityCard ES"),
  ]),
  of("IT_CODICE_FISCALE", "RSSMRA85T10A999? ??????99H99H999? RSSMRA8RT1LA999?", [
    std("IT.codicefiscale"),
    js("isTaxID it-IT"),
  ]),
  of("NL_BSN", "999999999", [std("NL.bsn"), js("isTaxID nl-NL")]),
  of("PL_PESEL", "99#9#999999 99219999999 99839999999", [
    std("PL.pesel"),
    js("isTaxID pl-PL"),
    js("isIdentityCard PL"),
  ]),
  of("BR_CPF", "99999999999", [std("BR.cpf"), js("isTaxID pt-BR")]),
  of("IN_AADHAAR", "999999999999", [std("IN.aadhaar"), js("isIdentityCard IN")]),
  of("IN_PAN", "?????9999? ABCP?9999?", [std("IN.pan")]),
  of("AU_TFN", "999999999", [std("AU.tfn")]),
  of("AU_MEDICARE", "9999999999 99999999999", []),
  of("US_SSN", "999-99-9999 999-99-0000", [std("US.ssn")]),
  of("US_NPI", "9999999999", []),
  of("US_DEA", "??9999999", []),
  of("US_EIN", "99-9999999", [std("US.ein"), js("isTaxID en-US")]),
  of("CA_HEALTH", "9999999999", [std("CA.bc_bhn")]),
  of("CA_BN", "999999999 999999999RC0001 999999999RT9999", [std("CA.bn")]),
  of("MX_CURP", "BOXW89#9#9HNERXN99 GAEM99#9#9MDFRXNA9", [std("MX.curp")]),
  of("MX_RFC", "GODE99#9#9*** MAB99#9#9***", [std("MX.rfc")]),
  of("MX_CLABE", "002999999999999999 999999999999999999", [std("MX.clabe")]),
  of("UK_UTR", "9999999999", [std("GB.utr")]),
  of("UK_VAT", "GB999999999 999999999 GB999999999001", [std("GB.vat")]),
  of("IE_PPSN", "9999999? 9999999?A 9999999?W 9999999?X", [std("IE.pps"), js("isTaxID en-IE")]),
  of("DE_VAT_ID", "DE999999999", [std("DE.vat")]),
  of("DE_SOCIAL_SECURITY", "6599#9#9?999", [std("DE.svnr")]),
  of("DE_HEALTH_INSURANCE", "?999999999", []),
  of("DE_ID_CARD", "T999999999 L9?9?99999", []),
  of("DE_PASSPORT", "C999999999 C9?X99T999", [std("DE.passport")]),
  of("DE_LANR", "999999999", []),
  of("AT_SVNR", "9999#9#999", [std("AT.vnr")]),
  of("AT_VAT_ID", "ATU99999999", [std("AT.uid")]),
  of("CH_AHV", "7569999999999", [std("CH.ssn"), js("isEAN")]),
  of("CH_UID", "CHE999999999", [std("CH.uid"), js("isVAT CH")]),
  of("FR_SIREN", "999999999 99999999999999 35600000099999", [either(std("FR.siren"), std("FR.siret"))]),
  of("FR_VAT", "FR99999999999", [std("FR.tva")]),
  of("ES_CIF", "?9999999* A99999999", [std("ES.cif")]),
  of("ES_NSS", "289999999999 280999999999", [std("ES.nss")]),
  of("IT_VAT", "99999990999 99999999999 IT99999990999", [std("IT.iva")]),
  of("PT_NIF", "999999999", [std("PT.nif"), js("isTaxID pt-PT"), js("isVAT PT", (text) => `PT${text}`)]),
  of("NL_VAT", "NL999999999B99", [std("NL.btw")]),
  of("BE_NRN", "99#9#999999 99019999999 99219999999 9901#999998", [std("BE.insz"), js("isTaxID nl-BE")]),
  of("BE_VAT", "BE0999999999 BE1999999999", [std("BE.vat")]),
  of("PL_NIP", "9999999999", [std("PL.nip")]),
  of("PL_REGON", "999999999", [std("PL.regon")]),
  of("PL_ID_CARD", "???999999", []),
  of("SE_PERSONNUMMER", "99#9#9-9999 1999#9#9-9999 99#99#+9999", [std("SE.personnummer"), js("isTaxID sv-SE")]),
  of("SE_ORGANISATIONSNUMMER", "9999999999", [std("SE.orgnr")]),
  of("NO_FNR", "#9#99999999 59#99999999 #94#9999999", [std("NO.fodselsnummer"), js("isIdentityCard NO")]),
  of("DK_CPR", "#9#9999999", [std("DK.cpr"), js("isTaxID dk-DK")]),
  of("FI_HETU", "#9#199-999? #9#199A999* 010199Y999* 00#199-999*", [
    std("FI.hetu"),
    js("isTaxID fi-FI"),
    js("isIdentityCard FI"),
  ]),
  of("FI_BUSINESS_ID", "9999999-9", [std("FI.ytunnus")]),
  of("BR_CNPJ", "99.999.999/9999-99 **.***.***/****-99", [
    std("BR.cnpj"),
    js("isTaxID pt-BR", (text) => text.replaceAll(/\W/g, "")),
  ]),
  of("AR_CUIT", "20999999999 27999999999 30999999999 50999999999 26999999999", [std("AR.cuit"), js("isTaxID es-AR")]),
  of("CL_RUT", "99999999-9 99999999-? 9999999-9", [std("CL.rut")]),
  of("IN_GSTIN", "27AAPFU9999F1Z* 29?????9999?1Z*", [std("IN.gstin")], { isAlone: true }),
  of("IN_VOTER", "???9999999", [std("IN.epic")]),
  of("KR_RRN", "99#9#9-1999999 99#9#9-3999999 99#9#9-0999999 99#9#9-5999999", [std("KR.rrn")], { isAlone: true }),
  of("KR_FRN", "99#9#9-5999999", [], { isAlone: true }),
  of("KR_BRN", "9999999999", [std("KR.brn")]),
  of("JP_MY_NUMBER", "999999999999", []),
  of("JP_CORPORATE_NUMBER", "9999999999999", [std("JP.cn")]),
  of("CN_RESIDENT_ID", "110105199#0#999999 1101051999#9#9999X 999999199#0#999999 010105199#0#999999", [
    std("CN.ric"),
    js("isIdentityCard zh-CN"),
  ]),
  of("HK_HKID", "?999999(9) ??999999(9) ?999999(A)", [std("HK.hkid"), js("isIdentityCard zh-HK")]),
  of("TW_ID", "?999999999 A199999999", [std("TW.natid"), js("isIdentityCard zh-TW")]),
  of("TH_TNIN", "9999999999999 3129999999999", [std("TH.idnr"), js("isIdentityCard TH")]),
  of("AU_ABN", "99999999999 10999999999", [std("AU.abn"), js("isVAT AU", (text) => `AU${text}`)]),
  of("AU_ACN", "999999999", [std("AU.acn")]),
  of("SG_NRIC_FIN", "S9999999? T9999999? F9999999? G9999999? M9999999?", [], { isAlone: true }),
  of("SG_UEN", "99999999? 199999999? T99LL9999? S99CC9999?", [std("SG.uen")]),
  of("TR_NATIONAL_ID", "99999999999", [std("TR.tckimlik")]),
  of("IL_ID", "999999999", [std("IL.idnr"), js("isIdentityCard he-IL")]),
  of("ZA_ID", "99#9#99999#89", [std("ZA.idnr")]),
];
