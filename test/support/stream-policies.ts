/**
 * Policies that use, together, all that a policy can say.
 *
 * Owns what random streams are masked by. Keys are those of a test.
 */
import { compilePolicy, PACK_NAMES, type Policy, type PolicySpec } from "../../src/core/index.ts";
import { keysFrom } from "./keys.ts";
import { sifting } from "./sifting.ts";

const keys = keysFrom();
const PACKS = PACK_NAMES.filter((name) => name !== "phones");
const OWN: PolicySpec["detectors"] = [
  { entity: "ANYWHERE", pattern: "[a-z]{2,4}9", boundary: "none", hits: ["ab9"] },
  { entity: "SIGNS", pattern: '["&=\\n%]{2}', boundary: "none", hits: ["&="] },
  { entity: "ORDER", pattern: "[A-Z]{2,6}-?[0-9]{6}", boundary: "alphanumeric", hits: ["ACME-123456"] },
  { entity: "RUN", pattern: "[^ ]{3,}z", maxLength: 24, hits: ["abcz"] },
  {
    entity: "WORDED",
    pattern: "[0-9]{7,9}",
    boundary: "number",
    contextWords: ["card"],
    needsContext: true,
    hits: ["1234567"],
  },
  { entity: "CHECKED", pattern: "[0-9]{6,10}", validator: "luhn", hits: ["000018"] },
];
const TOKENS: PolicySpec["operators"] = {
  default: { operator: "pseudonym" },
  EMAIL: { operator: "pseudonym", fake: "email" },
  CREDIT_CARD: { operator: "fpe", check: "luhn" },
  DATE_OF_BIRTH: { operator: "date-shift" },
  IPV4: { operator: "generalize", to: "network" },
  PHONE: { operator: "hash" },
  IBAN: { operator: "encrypt" },
  US_SSN: { operator: "mask", keepLast: 4 },
};

export const STREAM_POLICIES: Readonly<Record<string, Policy>> = {
  "built in": compilePolicy({}),
  "built in, sifted": sifting(compilePolicy({})),
  "all packs, sifted": sifting(compilePolicy({ packs: PACKS })),
  "all packs": compilePolicy({
    packs: PACKS,
    operators: { default: { operator: "redact", template: "<{entity} {counter}>" } },
  }),
  "detectors of its own": compilePolicy({ detectors: OWN, packs: ["de"] }),
  "tokens and numbers of a shape": compilePolicy({ operators: TOKENS, numbers: "shape" }, { keys }),
  lists: compilePolicy({
    allow: { values: ["jane@acme.com", "192.168.1.1"], patterns: ["[a-z.]{1,40}@acme[.]com"] },
    deny: { values: ["acme", "x y"], patterns: ["ACME-[0-9]{6}"] },
    requireContext: { US_SSN: false },
  }),
  "fields that stay and go": compilePolicy({
    fields: {
      note: { operator: "keep" },
      "**.secret": { operator: "redact" },
      "meta.d": { operator: "drop-field" },
      "*.id": { operator: "mask" },
    },
    fieldsIgnoreCase: true,
    onInvalid: "drop",
  }),
  "some fields only": compilePolicy({ only: ["note", "meta", "d[*]"], except: ["meta.ssn"] }),
  drops: compilePolicy({
    onInvalid: "drop",
    operators: { default: { operator: "drop-field" }, CREDIT_CARD: { operator: "drop-event" } },
  }),
  "lines as one": compilePolicy({ crossLine: true }),
  "entities and base64": compilePolicy({ decodeEntities: true, decodeBase64: true }),
  "rounds of decoding": compilePolicy({
    decodeDepth: 2,
    decodeBase64: true,
    operators: { default: { operator: "mask" } },
  }),
  joins: compilePolicy({ joinFields: ["d", "note", "meta.d", "meta[*]"], joinMessages: true }),
  "joins within limits": compilePolicy(
    { joinFields: ["**.d", "*"], joinMessages: true, operators: TOKENS },
    { keys, limits: { joinLimitBytes: 300, joinLimitEvents: 3, lineLimitBytes: 200 } },
  ),
  "short records": compilePolicy(
    { operators: TOKENS, packs: ["secrets"] },
    { keys, limits: { lineLimitBytes: 60, nestedJsonDepth: 1 } },
  ),
};
