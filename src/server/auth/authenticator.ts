/**
 * From a bearer token to what its holder may do: JWTs by configured issuers, and API keys by their hash.
 *
 * Owns the verdict. The token chooses nothing: algorithms, issuer, audience and keys come from the configuration. No
 * token and no claim reaches a log or an error.
 */
import {
  createLocalJWKSet,
  decodeJwt,
  jwtVerify,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
} from "jose";
import { StreamError } from "../../core/index.ts";
import type { Clock } from "../host/clock.ts";
import { hexOf } from "../hex.ts";
import { encodeText } from "../text.ts";
import type { AuthConfig, IssuerConfig } from "./auth-config.ts";
import { type Caller, GrantedAccess } from "./access.ts";
import { grantsIn } from "./grant.ts";
import { remoteKeys } from "./remote-keys.ts";

export interface AuthenticatorOptions {
  readonly config: AuthConfig;
  /** Key of issuers that sign with HS256, HS384 or HS512 and have none of their own. */
  readonly jwtSecret: Uint8Array | undefined;
  readonly fetch: typeof fetch;
  readonly clock: Pick<Clock, "now">;
  /** Told of each request for an issuer's keys. */
  readonly onKeyFetch?: (result: "fetched" | "failed") => void;
}

/** What an API key begins with. */
export const API_KEY_PREFIX = "mwk_";

const TOKEN_LIMIT_CHARACTERS = 8192;
const SUBJECT_LIMIT = 256;
const SKEW_SECONDS = 30;
const LIFE_LIMIT_SECONDS = 86_400;
/** The token is wrong, whatever the keys are. */
const REFUSALS = new Set([
  "ERR_JWT_CLAIM_VALIDATION_FAILED",
  "ERR_JWT_INVALID",
  "ERR_JWS_INVALID",
  "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
  "ERR_JOSE_ALG_NOT_ALLOWED",
  "ERR_JOSE_NOT_SUPPORTED",
  "ERR_JWKS_NO_MATCHING_KEY",
  "ERR_JWKS_MULTIPLE_MATCHING_KEYS",
]);

export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #keys: ReadonlyMap<string, JWTVerifyGetKey | Uint8Array>;
  readonly #apiKeys: ReadonlyMap<string, GrantedAccess>;

  /** @throws StreamError `KEY_MISSING` when an issuer signs with a secret and there is none. */
  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    const { issuers, apiKeys } = options.config;
    this.#keys = new Map(issuers.map((issuer) => [issuer.issuer, this.#keysOf(issuer)]));
    this.#apiKeys = new Map(
      apiKeys.map(({ name: keyName, sha256, grants }) => [
        sha256,
        new GrantedAccess(grants, { subject: sha256, caller: { name: keyName }, expiresAtMs: undefined }),
      ]),
    );
  }

  /** @throws StreamError `UNAUTHENTICATED`, `TOKEN_EXPIRED`, `AUTH_UNAVAILABLE`. */
  async accessOf(token: string): Promise<GrantedAccess> {
    if (token.length > TOKEN_LIMIT_CHARACTERS) throw new StreamError("UNAUTHENTICATED");
    return token.startsWith(API_KEY_PREFIX) ? await this.#accessOfKey(token) : await this.#accessOfJwt(token);
  }

  async #accessOfKey(key: string): Promise<GrantedAccess> {
    // Looked up by hash, so that the time tells nothing of how much of a key was right.
    const access = this.#apiKeys.get(await sha256Hex(encodeText(key)));
    if (access === undefined) throw new StreamError("UNAUTHENTICATED");
    return access;
  }

  async #accessOfJwt(token: string): Promise<GrantedAccess> {
    const { config, clock } = this.#options;
    try {
      const { iss } = decodeJwt(token);
      const issuer = config.issuers.find((one) => one.issuer === iss);
      const keys = issuer === undefined ? undefined : this.#keys.get(issuer.issuer);
      if (issuer === undefined || keys === undefined) throw new StreamError("UNAUTHENTICATED");
      const { issuer: name, audience, algorithms } = issuer;
      const now = clock.now();
      const options = {
        issuer: name,
        audience: typeof audience === "string" ? audience : [...audience],
        algorithms: [...algorithms],
        clockTolerance: SKEW_SECONDS,
        currentDate: new Date(now),
        requiredClaims: ["exp"],
      };
      const { payload } =
        keys instanceof Uint8Array ? await jwtVerify(token, keys, options) : await jwtVerify(token, keys, options);
      const exp = payload.exp as number;
      if (exp - now / 1000 > LIFE_LIMIT_SECONDS + SKEW_SECONDS) throw new StreamError("UNAUTHENTICATED");
      const expiresAtMs = (exp + SKEW_SECONDS) * 1000;
      const subject = await subjectOf(token, payload);
      return new GrantedAccess(grantsIn(payload), { subject, caller: callerOf(payload.sub, payload.iss), expiresAtMs });
    } catch (thrown) {
      throw refusalOf(thrown);
    }
  }

  #keysOf({ jwks, jwksUrl, secret }: IssuerConfig): JWTVerifyGetKey | Uint8Array {
    const { jwtSecret, fetch: fetchPort, clock, onKeyFetch = () => {} } = this.#options;
    if (jwks !== undefined) return createLocalJWKSet(jwks as JSONWebKeySet);
    if (jwksUrl !== undefined) return remoteKeys({ url: jwksUrl, fetch: fetchPort, clock, onFetch: onKeyFetch });
    const own = secret ?? jwtSecret;
    if (own === undefined) throw new StreamError("KEY_MISSING");
    return own;
  }
}

/** Nobody where the subject is missing, or too long to be written down. */
function callerOf(subject: unknown, issuer = ""): Caller | undefined {
  const isName = typeof subject === "string" && subject !== "" && subject.length <= SUBJECT_LIMIT;
  return isName ? { name: subject, issuer } : undefined;
}

/** One name for all tokens of a subject; a token without one is its own. Hashed: of one length, and nobody's address. */
function subjectOf(token: string, { iss, sub }: JWTPayload): Promise<string> {
  return sha256Hex(encodeText(sub === undefined ? token : JSON.stringify([iss, sub])));
}

/** Hex of SHA-256. */
export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes)));
  return hexOf(digest);
}

function refusalOf(thrown: unknown): StreamError {
  if (thrown instanceof StreamError) return thrown;
  const code = (thrown as { readonly code?: unknown } | null)?.code;
  if (code === "ERR_JWT_EXPIRED") return new StreamError("TOKEN_EXPIRED");
  if (typeof code === "string" && REFUSALS.has(code)) return new StreamError("UNAUTHENTICATED");
  // Keys that cannot be had are no judgement of the token; a key of the wrong kind is.
  return new StreamError(thrown instanceof TypeError && code === undefined ? "UNAUTHENTICATED" : "AUTH_UNAVAILABLE");
}
