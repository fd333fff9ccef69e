/**
 * Patterns in the shapes that large rule sets for secrets consist of, made up from a table.
 *
 * Owns no real rule: services are invented, and only the shapes are those one meets. Each comes with a text it matches.
 */
export interface SecretShape {
  readonly name: string;
  readonly pattern: string;
  readonly sample: string;
}

/** Character classes of values, with the characters that a sample is made of. */
const ALPHABETS = [
  { set: "[a-z0-9]", sample: "a1b2c3d4e5f6g7h8" },
  { set: "[a-f0-9]", sample: "0a1b2c3d4e5f6789" },
  { set: "[a-z0-9_-]", sample: "a1_b2-c3d4e5f6g7" },
  { set: "[a-z0-9=_-]", sample: "a1_b2-c3d4e5f6g7" },
  { set: "[a-z0-9+/]", sample: "a1+b2/c3d4e5f6g7" },
  { set: String.raw`[\w.=-]`, sample: "a1_b2-c3.4e5f6g7" },
] as const;
/** How long values are: fixed, or within bounds. */
const LENGTHS = [
  [20, 20],
  [32, 32],
  [40, 40],
  [64, 64],
  [16, 48],
  [30, 120],
  [100, 180],
] as const;

const SERVICES = 110;

function valueOf(index: number): { readonly pattern: string; readonly sample: string } {
  const alphabet = ALPHABETS[index % ALPHABETS.length];
  const [least, most] = LENGTHS[index % LENGTHS.length];
  const count = least === most ? `{${least}}` : `{${least},${most}}`;
  return { pattern: alphabet.set + count, sample: alphabet.sample.repeat(least).slice(0, least) };
}

/** A name of a service, then within a few characters an assignment, then the value: `acme0_token = "…"`. */
function assigned(index: number): SecretShape {
  const service = `acme${index.toString(36)}`;
  const { pattern, sample } = valueOf(index);
  const names = index % 3 === 0 ? `(?:${service}|${service}_?(?:api|app))` : `(?:${service})`;
  return {
    name: `ASSIGNED_${index}`,
    pattern: String.raw`(?i)${names}[0-9a-z\-_\t .]{0,20}[\s'"]{0,3}(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)['"\s=\x60]{0,5}${pattern}(?:['"\n\r\s;\x60]|$)`,
    sample: `${service}_token = "${sample}"`,
  };
}

const SEPARATORS = ["_", "-", "."];

/** A prefix of the service's own, then the value: `acme_live_…`. */
function prefixed(index: number): SecretShape {
  const separator = SEPARATORS[index % SEPARATORS.length];
  const { pattern, sample } = valueOf(index + 3);
  const service = `acme${index.toString(36)}`;
  const escaped = separator === "." ? String.raw`\.` : separator;
  return {
    name: `PREFIXED_${index}`,
    pattern: `${service}${escaped}(?:live|test|(?i:prod(?:uction)?))${escaped}${index % 2 === 0 ? "" : "v[12]"}(?i:${pattern})`,
    sample: `${service}${separator}live${separator}${index % 2 === 0 ? "" : "v1"}${sample}`,
  };
}

export const SECRET_SHAPES: readonly SecretShape[] = Array.from({ length: SERVICES }, (_, index) => [
  assigned(index),
  prefixed(index),
]).flat();
