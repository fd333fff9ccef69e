/**
 * The masking packages of npm that detectors are compared with, each at one version and with its own defaults.
 *
 * Owns the list: how each is called, and what it says to find. None is a dependency: they lie in bench/.peers.
 */
import { alignTokens, differenceOf } from "./spans.ts";

/** One finding, in UTF-16 units, under the peer's name for it. */
export interface Finding {
  readonly start: number;
  readonly end: number;
  readonly type: string;
}

/** What a peer found, and whether its output could be told apart from its input. */
export interface Answer {
  readonly findings: readonly Finding[];
  readonly isAligned: boolean;
}

export type Find = (text: string) => Promise<Answer>;

export interface NpmPeer {
  readonly name: string;
  readonly version: string;
  /** Its module, from the folder of the package. */
  readonly entry: string;
  /** How its findings are read, for the documentation. */
  readonly reads: "tokens" | "positions";
  /** What it says to find, under our names for it. What is not here is not counted against it. */
  readonly claims: Readonly<Record<string, readonly string[]>>;
  /** Claims that hold for a part of what our name means. */
  readonly limits: string;
  open(module: unknown): Find;
}

const PARSED_NAMES = ["PERSON_NAME", "EMAIL_ADDRESS", "CREDIT_CARD_NUMBER", "CREDIT_CARD", "PHONE_NUMBER"];
const REDACT_PII_NAMES = ["STREET_ADDRESS", "ZIPCODE", "IP_ADDRESS", "USERNAME", "PASSWORD", "CREDENTIALS"];

/** Names as tokens, the longer before what it begins with. */
const NAME_TOKEN = new RegExp(
  `(${[...PARSED_NAMES, ...REDACT_PII_NAMES, "US_SOCIAL_SECURITY_NUMBER", "DIGITS", "URL"].join("|")})`,
  "g",
);

export const NPM_PEERS: readonly NpmPeer[] = [
  {
    name: "redact-pii",
    version: "3.4.0",
    entry: "lib/index.js",
    reads: "tokens",
    claims: {
      EMAIL: ["EMAIL_ADDRESS"],
      CREDIT_CARD: ["CREDIT_CARD_NUMBER"],
      IP: ["IP_ADDRESS"],
      US_SSN: ["US_SOCIAL_SECURITY_NUMBER"],
      PHONE: ["PHONE_NUMBER"],
      URL: ["URL"],
    },
    limits: "",
    open(module) {
      const { SyncRedactor } = (module as { default: { SyncRedactor: new () => Redactor } }).default;
      const redactor = new SyncRedactor();
      return byTokens((text) => redactor.redact(text), NAME_TOKEN);
    },
  },
  {
    name: "@redactpii/node",
    version: "1.0.17",
    entry: "lib/index.mjs",
    reads: "tokens",
    claims: {
      EMAIL: ["EMAIL_ADDRESS"],
      CREDIT_CARD: ["CREDIT_CARD", "CREDIT_CARD_NUMBER"],
      US_SSN: ["US_SOCIAL_SECURITY_NUMBER"],
      PHONE: ["PHONE_NUMBER"],
    },
    limits: "",
    open(module) {
      const redactor = new (module as { Redactor: new () => Redactor }).Redactor();
      return byTokens((text) => redactor.redact(text), NAME_TOKEN);
    },
  },
  {
    name: "@coffeeandfun/remove-pii",
    version: "3.0.1",
    entry: "index.js",
    reads: "tokens",
    claims: {
      EMAIL: ["email"],
      CREDIT_CARD: ["credit card"],
      IP: ["IP address"],
      US_SSN: ["SSN"],
      PHONE: ["phone"],
    },
    limits: "IP: version 4; URL only by an option",
    open(module) {
      const { removePII } = module as { removePII: (text: string) => string };
      return byTokens(removePII, /\[([A-Za-z' ]+) removed\]/g);
    },
  },
  {
    name: "@cdssnc/sanitize-pii",
    version: "2.1.1",
    entry: "dist/esm/index.js",
    reads: "tokens",
    claims: {
      CREDIT_CARD: ["credit_card"],
      IP: ["ip_address"],
      PHONE: ["phone_number", "phone_number_international"],
    },
    limits: "IP: version 4",
    open(module) {
      const { sanitizePii } = module as { sanitizePii: (text: string) => string };
      return byTokens(sanitizePii, /\[Redacted: (\w+)\]/g);
    },
  },
  {
    name: "@arcjet/redact",
    version: "1.12.0",
    entry: "dist/index.js",
    reads: "tokens",
    claims: {
      EMAIL: ["email"],
      CREDIT_CARD: ["credit card number"],
      IP: ["IP address"],
      PHONE: ["phone number"],
    },
    limits: "",
    open(module) {
      const { redact } = module as { redact: (text: string) => Promise<readonly [string]> };
      return byTokens(async (text) => (await redact(text))[0], /<Redacted ([A-Za-z ]+) #\d+>/g);
    },
  },
  {
    name: "openredaction",
    version: "1.1.5",
    entry: "dist/index.js",
    reads: "positions",
    claims: {
      EMAIL: ["EMAIL"],
      CREDIT_CARD: ["CREDIT_CARD"],
      IBAN: ["IBAN", "UK_BANK_ACCOUNT_IBAN"],
      IP: ["IPV4", "IPV6"],
      US_SSN: ["SSN"],
      PHONE: ["PHONE_UK_MOBILE", "PHONE_UK", "PHONE_US", "PHONE_INTERNATIONAL", "PHONE_LINE_NUMBER"],
      MAC: ["MAC_ADDRESS"],
      // Of many kinds; the judge asks only whether they are hidden.
      SECRET: [],
    },
    limits: "",
    open(module) {
      const { OpenRedaction } = (module as { default: { OpenRedaction: new () => Detecting } }).default;
      const detecting = new OpenRedaction();
      return async (text) => {
        const { detections } = await detecting.detect(text);
        const findings = detections.map(({ type, position: [start, end] }) => ({ start, end, type }));
        return { findings, isAligned: true };
      };
    },
  },
];

/** The parts of their interfaces that are used. */
interface Redactor {
  redact(text: string): string;
}

interface Detecting {
  detect(text: string): Promise<{
    readonly detections: readonly { readonly type: string; readonly position: readonly [start: number, end: number] }[];
  }>;
}

/** Type of what no token tells. */
const UNKNOWN = "UNKNOWN";

function byTokens(redact: (text: string) => string | Promise<string>, token: RegExp): Find {
  return async (text) => {
    const output = await redact(text);
    const replaced = alignTokens(text, output, token);
    if (replaced === undefined)
      return { findings: [{ ...differenceOf(text, output), type: UNKNOWN }], isAligned: false };
    return { findings: replaced.map(({ start, end, name }) => ({ start, end, type: name })), isAligned: true };
  };
}

/** A peer's findings under our names; other names stay, with a mark, so that none is taken for one of ours. */
export function underOurNames({ claims }: NpmPeer, findings: readonly Finding[]): Finding[] {
  const ours = new Map(Object.entries(claims).flatMap(([name, theirs]) => theirs.map((their) => [their, name])));
  return findings.map(({ start, end, type }) => ({ start, end, type: ours.get(type) ?? `other ${type}` }));
}
