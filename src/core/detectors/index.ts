/** The built-in detectors. Their order is their precedence: where two findings overlap, the earlier names both. */
import type { Detector } from "../detector.ts";
import { authHeader } from "./auth-header.ts";
import { awsKey } from "./aws-key.ts";
import { creditCard } from "./credit-card.ts";
import { email } from "./email.ts";
import { githubToken } from "./github-token.ts";
import { iban } from "./iban.ts";
import { ipv4, ipv6 } from "./ip.ts";
import { jwt } from "./jwt.ts";
import { keyedPii, passwordField } from "./keyed.ts";
import { mac } from "./mac.ts";
import { nationalIds } from "./national-ids.ts";
import { phone } from "./phone.ts";
import { privateKey } from "./private-key.ts";
import { urlCredentials } from "./url-credentials.ts";
import { usSsn } from "./us-ssn.ts";
import { vendorToken } from "./vendor-token.ts";

export const BUILT_IN: readonly Detector[] = [
  privateKey,
  jwt,
  authHeader,
  urlCredentials,
  vendorToken,
  githubToken,
  awsKey,
  passwordField,
  keyedPii,
  email,
  iban,
  creditCard,
  ...nationalIds,
  usSsn,
  ipv6,
  ipv4,
  mac,
  phone,
];
