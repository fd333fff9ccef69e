/** Identifiers of AWS access keys and principals. */
import { type Detector, SCORES } from "../detector.ts";

/** Fewer different characters is a placeholder, as in `AKIAXXXXXXXXXXXXXXXX`. */
const DISTINCT_LEAST = 5;

export const awsKey: Detector = {
  entity: "AWS_KEY",
  source: "AWS IAM user guide, IAM identifiers: unique ID prefixes",
  pattern: "(?:ABIA|ACCA|AGPA|AIDA|AIPA|AKIA|ANPA|ANVA|APKA|AROA|ASCA|ASIA)[A-Z0-9]{16,17}",
  boundary: "alphanumeric",
  isPlain: true,
  validate(candidate) {
    return new Set(candidate.text.slice(4)).size < DISTINCT_LEAST ? 0 : SCORES.strong;
  },
  hits: ["AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE", "AROADBQP57FF2AEXAMPLE"],
  misses: [
    "AKIAXXXXXXXXXXXXXXXX",
    "AKIAIOSFODNN7EXAM",
    "AKIAIOSFODNN7EXAMPLE22",
    "xAKIAIOSFODNN7EXAMPLE",
    "akiaiosfodnn7example",
  ],
};
