/** Stands in for `src/server/masking/strictness.ts` in a deployment where no feed names an order; what none was meant for is refused. */
export function findShown(): string {
  return "cannot be compared: this deployment was built without an order of strictness";
}
