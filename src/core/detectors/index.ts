/** The built-in detectors. Their order is their precedence: where two findings overlap, the earlier names both. */
import type { Detector } from "../detector.ts";
import { type PackName, packDetectors, withCountries, withFieldNames } from "../packs/index.ts";
import { authHeader } from "./auth-header.ts";
import { cloudKey } from "./cloud-key.ts";
import { cardTrack, swiftBic, usAba } from "./bank.ts";
import { creditCard } from "./credit-card.ts";
import { cryptoAddress } from "./crypto-address.ts";
import { dateOfBirth } from "./date-of-birth.ts";
import { email } from "./email.ts";
import { githubToken } from "./github-token.ts";
import { iban } from "./iban.ts";
import { ipv4, ipv6 } from "./ip.ts";
import { jwt } from "./jwt.ts";
import { birthField, cardSecurity, keyedPii, passwordField } from "./keyed.ts";
import { mac } from "./mac.ts";
import { nationalIds } from "./national-ids.ts";
import { passwordHash } from "./password-hash.ts";
import { phone } from "./phone.ts";
import { privateKey } from "./private-key.ts";
import { toldSecret } from "./told-secret.ts";
import { urlCredentials } from "./url-credentials.ts";
import { usSsn } from "./us-ssn.ts";
import { vendorToken } from "./vendor-token.ts";

const AHEAD_OF_PACKS: readonly Detector[] = [
  privateKey,
  jwt,
  authHeader,
  urlCredentials,
  vendorToken,
  githubToken,
  cloudKey,
  passwordField,
  toldSecret,
  passwordHash,
  cardSecurity,
  keyedPii,
  email,
  iban,
  cardTrack,
  creditCard,
  swiftBic,
  usAba,
  ...nationalIds,
];

const BEHIND_PACKS: readonly Detector[] = [usSsn, cryptoAddress, ipv6, ipv4, mac, phone, dateOfBirth, birthField];

/** What looks where a policy names no packs. */
export const BUILT_IN: readonly Detector[] = [...AHEAD_OF_PACKS, ...BEHIND_PACKS];

/** Any of the others says more of a value than that it looks random. */
const LAST = "HIGH_ENTROPY";

/** The built-in detectors with those of packs in their place. */
export function withPacks(names: readonly PackName[]): readonly Detector[] {
  if (names.length === 0) return BUILT_IN;
  const packs = packDetectors(names);
  const ahead = AHEAD_OF_PACKS.map((detector) => withFieldNames(detector, names));
  const behind = BEHIND_PACKS.map((detector) => (detector === phone ? withCountries(phone) : detector));
  const last = packs.filter(({ entity }) => entity === LAST);
  return [...ahead, ...packs.filter(({ entity }) => entity !== LAST), ...behind, ...last];
}
