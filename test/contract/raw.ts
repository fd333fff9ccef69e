import { expect } from "vitest";

/** The values that the contract sends and that no byte of an answer may show. */
export const EMAIL = "ann.lee@example.com";
export const CARD = "4111 1111 1111 1111";
export const IP = "203.0.113.77";

/** Fails when any of the values above, or enough of one to use it, is readable. */
export function expectNothingRaw(text: string): void {
  for (const raw of [EMAIL, "ann.lee", CARD, "4111 1111", "41111111", IP]) expect(text).not.toContain(raw);
}
