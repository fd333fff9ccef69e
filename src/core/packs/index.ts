/**
 * Packs: identity numbers of one country each, and what else is off unless a policy names it.
 *
 * Owns which packs there are. What a country's numbers look like stands in the file of its part of the world.
 */
import { type Detector, SCORES } from "../detector.ts";
import { looseDetectorOf, type Scheme } from "../detectors/identity-number.ts";
import { keyedPii, passwordField, withNames } from "../detectors/keyed.ts";
import { url } from "../detectors/url.ts";
import { AU, CN, HK, IN, JP, KR, SG, TH, TW } from "./asia-pacific.ts";
import { IE, UK } from "./british-isles.ts";
import { AT, CH, DE } from "./german.ts";
import { AR, BR, CL } from "./latin-america.ts";
import { IL, TR, ZA } from "./middle-east-and-africa.ts";
import { CA, MX, US } from "./north-america.ts";
import { FIELD_NAMES, type TellingNames } from "./field-names.ts";
import { BE, DK, FI, NL, NO, PL, SE } from "./northern-europe.ts";
import { elsewhereOf } from "./elsewhere.ts";
import { ES, FR, IT, PT } from "./romance.ts";
import { person } from "./names.ts";
import { PHONES } from "./checked-phone.ts";
import { highEntropy, serviceSecret } from "./secrets.ts";

const SCHEMES = {
  us: US,
  ca: CA,
  mx: MX,
  uk: UK,
  ie: IE,
  de: DE,
  at: AT,
  ch: CH,
  fr: FR,
  es: ES,
  it: IT,
  pt: PT,
  nl: NL,
  be: BE,
  pl: PL,
  se: SE,
  no: NO,
  dk: DK,
  fi: FI,
  br: BR,
  ar: AR,
  cl: CL,
  in: IN,
  au: AU,
  sg: SG,
  kr: KR,
  jp: JP,
  cn: CN,
  hk: HK,
  tw: TW,
  th: TH,
  tr: TR,
  il: IL,
  za: ZA,
} as const satisfies Readonly<Record<string, readonly Scheme[]>>;

/** What is no identity number, and not to be hidden everywhere. */
const OTHERS = {
  web: [url],
  secrets: [serviceSecret],
  entropy: [highEntropy],
  names: [person],
} as const satisfies Readonly<Record<string, readonly Detector[]>>;

export { withCountries } from "./national-phone.ts";
export { type PhoneCheck, PHONES, withPhoneCheck } from "./checked-phone.ts";

export type PackName = keyof typeof SCHEMES | keyof typeof OTHERS | typeof PHONES;

function detectorsIn(name: PackName): readonly Detector[] {
  return name in OTHERS
    ? OTHERS[name as keyof typeof OTHERS]
    : SCHEMES[name as keyof typeof SCHEMES].map((scheme) => looseDetectorOf(atHome(name, scheme)));
}

/** What has no check digits leaves alone what a label gives to another country. */
function atHome(country: string, scheme: Scheme): Scheme {
  const { needsContext = false, score, words = [] } = scheme;
  const isTold = needsContext && score === SCORES.worded;
  return isTold ? { ...scheme, isElsewhere: elsewhereOf(country, words) } : scheme;
}

/** All that bring detectors. */
export const PACK_NAMES = [...Object.keys(SCHEMES), ...Object.keys(OTHERS)] as readonly PackName[];

/** Their detectors, in the order of the packs above whatever the order of the names. */
export function packDetectors(names: readonly PackName[]): Detector[] {
  return PACK_NAMES.filter((name) => names.includes(name)).flatMap(detectorsIn);
}

/** The detector, when it goes by names of fields with those in the languages of these packs. */
export function withFieldNames(detector: Detector, packs: readonly PackName[]): Detector {
  const tables = [...new Set(packs.flatMap((name) => FIELD_NAMES[name] ?? []))];
  const all = (kind: keyof TellingNames): string[] => [...new Set(tables.flatMap((table) => table[kind]))];
  if (detector === keyedPii) return withNames(detector, all("personal"));
  return detector === passwordField ? withNames(detector, all("secret")) : detector;
}

/** What they find. */
export function entitiesOf(names: readonly PackName[]): string[] {
  return PACK_NAMES.filter((name) => names.includes(name)).flatMap((name) =>
    detectorsIn(name).map(({ entity }) => entity),
  );
}

/** Names of no pack. */
export function unknownPacks(names: readonly string[]): string[] {
  return names.filter((name) => name !== PHONES && !PACK_NAMES.some((one) => one === name));
}
