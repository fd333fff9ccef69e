/**
 * Where we judge otherwise than validator.js does by the values of its own tests, and why. A disagreement that no row
 * explains fails, and so does a row that explains none.
 *
 * The values are data of others that lie beside the repository; without them nothing is run. A value counts as valid if any of
 * its rows says so, because the options that a test was called with are not recorded.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withPacks } from "../../src/core/detectors/index.ts";
import { compilePolicy, findAll, PACK_NAMES, type Policy } from "../../src/core/index.ts";
import { REPOSITORY } from "../support/repository.ts";
import { type Explanation, EXPLANATIONS } from "./explanations.ts";

const FILE = join(REPOSITORY, "../shared/data/pii/validatorjs-values.dev.jsonl");

/** Validator, and its argument where it has one, to our entity. */
const ENTITIES: Readonly<Record<string, string>> = {
  isEmail: "EMAIL",
  isIBAN: "IBAN",
  isCreditCard: "CREDIT_CARD",
  isMACAddress: "MAC",
  isMobilePhone: "PHONE",
  isJWT: "JWT",
  isBIC: "SWIFT_BIC",
  isAbaRouting: "US_ABA",
  "isVAT GB": "UK_VAT",
  "isVAT IT": "IT_VAT",
  "isVAT DE": "DE_VAT_ID",
  "isVAT AT": "AT_VAT_ID",
  "isVAT FR": "FR_VAT",
  "isVAT NL": "NL_VAT",
  "isVAT BE": "BE_VAT",
  "isVAT PL": "PL_NIP",
  "isVAT PT": "PT_NIF",
  "isVAT ES": "ES_CIF",
  "isVAT CH": "CH_UID",
  "isIdentityCard ES": "ES_DNI_NIE",
  "isIdentityCard IN": "IN_AADHAAR",
  "isIdentityCard IT": "IT_ID_CARD",
  "isIdentityCard FI": "FI_HETU",
  "isIdentityCard NO": "NO_FNR",
  "isIdentityCard PL": "PL_PESEL",
  "isIdentityCard TH": "TH_TNIN",
  "isIdentityCard zh-TW": "TW_ID",
  "isIdentityCard zh-CN": "CN_RESIDENT_ID",
  "isIdentityCard he-IL": "IL_ID",
  "isIdentityCard zh-HK": "HK_HKID",
  "isTaxID de-DE": "DE_TAX_ID",
  "isTaxID fr-FR": "FR_NIR",
  "isTaxID es-ES": "ES_DNI_NIE",
  "isTaxID pl-PL": "PL_PESEL",
  "isTaxID it-IT": "IT_CODICE_FISCALE",
  "isTaxID nl-NL": "NL_BSN",
  "isTaxID fi-FI": "FI_HETU",
  "isTaxID pt-PT": "PT_NIF",
  "isTaxID nl-BE": "BE_NRN",
  "isTaxID pt-BR": "BR_CPF",
  "isTaxID sv-SE": "SE_PERSONNUMMER",
  "isTaxID dk-DK": "DK_CPR",
  "isTaxID en-GB": "UK_UTR",
  "isTaxID en-IE": "IE_PPSN",
  "isTaxID de-AT": "AT_SVNR",
  "isTaxID en-US": "US_EIN",
  "isTaxID en-CA": "CA_SIN",
  "isTaxID es-AR": "AR_CUIT",
};

interface Judged {
  readonly entity: string;
  readonly value: string;
  readonly we: "refuse" | "take" | "agree";
}

const policies = new Map<string, Policy>();

/** The value behind the first word of the detector, found to its end. */
function isTaken(entity: string, value: string): boolean {
  const detector = withPacks(PACK_NAMES).find((one) => one.entity === entity);
  if (detector === undefined) throw new Error(`there is no detector of ${entity}`);
  const policy = policies.get(entity) ?? compilePolicy({ packs: PACK_NAMES, entities: [entity] });
  policies.set(entity, policy);
  const [word = ""] = detector.contextWords ?? [];
  const opening = new TextEncoder().encode(`${word} `).length;
  const bytes = new TextEncoder().encode(`${word} ${value}`);
  return findAll(policy, bytes).some(
    (found) => found.entity === entity && found.start <= opening && found.end === bytes.length,
  );
}

function judge(file: string): Judged[] {
  const rows = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { validator: string; arg?: string; ok: boolean; value: string });
  const verdicts = new Map<string, { readonly entity: string; readonly value: string; isValid: boolean }>();
  for (const { validator, arg, ok, value } of rows) {
    const entity = ENTITIES[arg === undefined ? validator : `${validator} ${arg}`] ?? ENTITIES[validator];
    if (entity === undefined) continue;
    const key = JSON.stringify([entity, value]);
    const known = verdicts.get(key) ?? { entity, value, isValid: false };
    known.isValid ||= ok;
    verdicts.set(key, known);
  }
  return [...verdicts.values()].map(({ entity, value, isValid }) => {
    const taken = isTaken(entity, value);
    return { entity, value, we: taken === isValid ? "agree" : taken ? "take" : "refuse" };
  });
}

const file = existsSync(FILE) ? FILE : undefined;

describe.skipIf(file === undefined)("the values of validator.js", () => {
  const judged = file === undefined ? [] : judge(file);
  const explain = ({ entity, value, we }: Judged): readonly Explanation[] =>
    EXPLANATIONS.filter((row) => row.entity === entity && row.we === we && row.values.test(value));

  it("are judged as there, but for what a row explains", () => {
    const open = judged.filter((one) => one.we !== "agree" && explain(one).length === 0);
    expect(open).toEqual([]);
    expect(judged.filter(({ we }) => we === "agree").length).toBeGreaterThan(300);
  });

  it.each(EXPLANATIONS)("$entity: we $we $values", (row) => {
    expect(judged.filter((one) => explain(one).includes(row)).length, row.why).toBeGreaterThan(0);
  });
});
