import { expect, it } from "vitest";
import { BUILT_IN } from "../../src/core/detectors/index.ts";
import { PACK_NAMES } from "../../src/core/index.ts";
import { packDetectors } from "../../src/core/packs/index.ts";

/** What every policy looks for; GITHUB_TOKEN is the one vendor with a name of its own, for its check digits. */
const DEFAULT =
  "EMAIL PHONE IPV4 IPV6 MAC URL_CREDENTIALS CREDIT_CARD CARD_CVV_EXPIRY CARD_TRACK IBAN SWIFT_BIC US_ABA CRYPTO_ADDRESS " +
  "US_SSN US_ITIN CA_SIN UK_NINO UK_NHS DE_TAX_ID FR_NIR ES_DNI_NIE IT_CODICE_FISCALE NL_BSN PL_PESEL BR_CPF IN_AADHAAR " +
  "IN_PAN AU_TFN AU_MEDICARE DATE_OF_BIRTH PRIVATE_KEY JWT AUTH_HEADER CLOUD_KEY VENDOR_TOKEN GITHUB_TOKEN PASSWORD_FIELD " +
  "KEYED_PII";

it("holds the first tier, on by default but for HIGH_ENTROPY", () => {
  expect([...new Set(BUILT_IN.map(({ entity }) => entity))].toSorted()).toEqual(DEFAULT.split(" ").toSorted());
  expect(packDetectors(PACK_NAMES).map(({ entity }) => entity)).toContain("HIGH_ENTROPY");
});
