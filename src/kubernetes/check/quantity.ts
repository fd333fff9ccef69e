/** Quantities of resources as numbers: enough to compare two of them. */
const POWERS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  Pi: 1024 ** 5,
  Ei: 1024 ** 6,
};

/** `undefined` when it is none. */
export function quantityOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  const match = /^([+-]?[0-9.]+)(?:[eE]([+-]?\d+)|([numkMGTPE]i?)?)$/.exec(typeof value === "string" ? value : "");
  if (match === null) return undefined;
  const [, digits, exponent, unit = ""] = match;
  const power = exponent === undefined ? (POWERS[unit] ?? Number.NaN) : 10 ** Number(exponent);
  const amount = Number(digits) * power;
  return Number.isNaN(amount) ? undefined : amount;
}
