/**
 * The texts that detectors are judged by, and what they call things.
 *
 * Owns the table only. None of the texts is part of this repository: they are read where they lie beside it.
 */

/** How a corpus is judged. */
export type Judgement =
  /** Sentences with labelled values: typed precision, recall and leak. */
  | "sentences"
  /** Values by themselves and values that are none: what is hidden, and what is hit. */
  | "values";

export interface Corpus {
  readonly name: string;
  /** Whose texts they are where another corpus has them as well; default `name`. */
  readonly data?: string;
  /** Which of its types are judged; default TYPES. */
  readonly types?: readonly string[];
  readonly judgement: Judgement;
  readonly policy: string;
  /** False where some values have no label: then a finding without a label says nothing. */
  readonly isComplete: boolean;
  /** Each text gets its entity's name in front, as context. */
  readonly hasNames: boolean;
  /** What it holds, for the documentation. */
  readonly holds: string;
  /** The name of the corpus that this one is, judged by another policy: its values count once. */
  readonly again?: string;
}

const SENTENCES = { judgement: "sentences", policy: "web", isComplete: true, hasNames: false } as const;
const VALUES = { judgement: "values", policy: "everything", isComplete: true, hasNames: false } as const;

/** The opt-in pack by itself. */
const NAMES = { ...SENTENCES, policy: "names", types: ["PERSON"] } as const;

/** Telephone numbers, asked of a library as well. */
const PHONES = {
  ...SENTENCES,
  policy: "phones",
  types: ["PHONE"],
  holds: "its telephone numbers, with `packs: [phones]`",
} as const;

/** Name of the log that is made anew each time. */
export const LOG = "log";

export const CORPORA: readonly Corpus[] = [
  { ...SENTENCES, name: "presidio-synth-v2", holds: "sentences with made-up values, no look-alikes" },
  {
    ...SENTENCES,
    name: "piianon-test_technology",
    isComplete: false,
    holds: "logs and code; not every value has a label",
  },
  { ...SENTENCES, name: LOG, holds: "a log with few values and 28 kinds of look-alikes, another one each time" },
  { ...NAMES, name: "names in presidio-synth-v2", data: "presidio-synth-v2", holds: "its names of people" },
  {
    ...NAMES,
    name: "names in piianon-test_technology",
    data: "piianon-test_technology",
    isComplete: false,
    holds: "its names of people",
  },
  { ...NAMES, name: "names in a log", data: LOG, holds: "a log with no labelled name" },
  { ...PHONES, name: "phones in presidio-synth-v2", data: "presidio-synth-v2", again: "presidio-synth-v2" },
  {
    ...PHONES,
    name: "phones in piianon-test_technology",
    data: "piianon-test_technology",
    again: "piianon-test_technology",
    isComplete: false,
  },
  { ...PHONES, name: "phones in a log", data: LOG, again: LOG },
  { ...VALUES, name: "presidio-recognizer-tests", holds: "Presidio's tests of its recognizers, as they stand" },
  {
    ...VALUES,
    name: "presidio-recognizer-tests",
    hasNames: true,
    holds: "the same with the entity's name in front of each",
  },
  { ...VALUES, name: "secrets-synth", holds: "one made-up secret of 216 kinds a line" },
];

/** What a corpus calls an entity, where we call it something else. */
export const NAMES_ELSEWHERE: Readonly<Record<string, string>> = {
  ABA_ROUTING_NUMBER: "US_ABA",
  CRYPTO: "CRYPTO_ADDRESS",
  EMAIL_ADDRESS: "EMAIL",
  ES_NIE: "ES_DNI_NIE",
  ES_NIF: "ES_DNI_NIE",
  FI_PERSONAL_IDENTITY_CODE: "FI_HETU",
  IP_ADDRESS: "IP",
  IT_FISCAL_CODE: "IT_CODICE_FISCALE",
  IT_IDENTITY_CARD: "IT_ID_CARD",
  IT_VAT_CODE: "IT_VAT",
  MAC_ADDRESS: "MAC",
  PH_MOBILE_NUMBER: "PHONE",
  TR_PHONE_NUMBER: "PHONE",
  US_BANK_NUMBER: "US_BANK_ACCOUNT",
  ZA_ID_NUMBER: "ZA_ID",
};

/** Types that corpora label, with the entities that are right there. */
export const TYPES: Readonly<Record<string, readonly string[]>> = {
  EMAIL: ["EMAIL"],
  CREDIT_CARD: ["CREDIT_CARD"],
  IBAN: ["IBAN"],
  IP: ["IPV4", "IPV6"],
  US_SSN: ["US_SSN"],
  PHONE: ["PHONE"],
  MAC: ["MAC"],
  URL: ["URL"],
};
