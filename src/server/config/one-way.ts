/** Settings as text that is the same for the same settings, to compare or to digest. */

/** JSON whose keys are in order. */
export function writeOneWay(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    typeof one === "object" && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
