/**
 * libphonenumber-js, for policies with the pack `phones`: an optional package, loaded when the first of them is compiled.
 *
 * Owns loading it and how it is asked. What it throws ends here.
 */
import { createRequire } from "node:module";
import { type PhoneCheck, PHONES } from "../core/index.ts";
import type { ChecksOf } from "../server/masking/policy-set.ts";

/** With the metadata that tells lengths and patterns of numbers, not their kinds. */
const LIBRARY = "libphonenumber-js/min";

interface Library {
  isValidPhoneNumber(number: string): boolean;
}

/** Loads nothing for a policy that does not ask. */
export const checksOf: ChecksOf = ({ packs = [] }) => {
  const phoneCheck = packs.includes(PHONES) ? openPhoneCheck() : undefined;
  return phoneCheck === undefined ? {} : { phoneCheck };
};

/** Undefined where the package is not installed. Some microseconds a number. */
function openPhoneCheck(): PhoneCheck | undefined {
  let library: Library;
  try {
    library = createRequire(import.meta.url)(LIBRARY) as Library;
  } catch {
    return undefined;
  }
  return (number) => {
    try {
      return library.isValidPhoneNumber(number);
    } catch {
      // Its error quotes the number, and whoever is not sure hides it.
      return true;
    }
  };
}
