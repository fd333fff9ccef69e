/** A policy that takes its first look through a sieve from the first byte on. */
import type { Policy } from "../../src/core/index.ts";

export function sifting(policy: Policy): Policy {
  policy.engine.sieve.always();
  return policy;
}
