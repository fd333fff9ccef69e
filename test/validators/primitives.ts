/** Validators that custom detectors may name, as numbers of the table: what their check digits alone are worth. */
import { compileCustom, type ValidatorName, VALIDATOR_NAMES } from "../../src/core/custom-detector.ts";
import type { Detector } from "../../src/core/detector.ts";
import type { Numbers } from "./numbers.ts";
import { js, sum } from "./others.ts";

const ROWS: Readonly<Record<ValidatorName, Pick<Numbers, "others"> & { readonly hit: string }>> = {
  luhn: { hit: "79927398713", others: [sum("luhnChecksumValidate"), js("isLuhnNumber")] },
  mod11_10: { hit: "86095742719", others: [sum("mod11mod10Validate")] },
  verhoeff: { hit: "123451", others: [sum("verhoeffValidate")] },
  // 572 and its check digit 4, the published example, three times over; nobody else here knows the scheme.
  damm: { hit: "572457245724", others: [] },
  mod97: { hit: "79444", others: [sum("mod97base10Validate")] },
};

export const PRIMITIVES: readonly Numbers[] = VALIDATOR_NAMES.map((name) => ({
  entity: name,
  shapes: ["999999999999", "99999999"],
  others: ROWS[name].others,
}));

/** A detector of nothing but the validator. */
export function detectorOfPrimitive(name: string): Detector | undefined {
  const validator = VALIDATOR_NAMES.find((one) => one === name);
  if (validator === undefined) return undefined;
  const { hit } = ROWS[validator];
  const [detector] = compileCustom([{ entity: "NUMBER", pattern: "[0-9]{5,20}", validator, hits: [hit] }], []);
  return detector;
}
