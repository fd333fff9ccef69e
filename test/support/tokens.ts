/** Tokens as an issuer makes them, right and wrong. */
import { createHash } from "node:crypto";
import { SignJWT } from "jose";

export const ISSUER = "https://id.example/";
export const AUDIENCE = "maskwire";
export const JWT_SECRET = "jwt-secret-0123456789abcdef0123456789abcdef";
export const SECRET_BYTES = new TextEncoder().encode(JWT_SECRET);

export interface TokenOptions {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly scope?: string;
  readonly issuer?: string;
  readonly audience?: string | string[];
  /** Seconds of its life, from `now` on; undefined for a token without an end. */
  readonly lifeSeconds?: number | undefined;
  readonly nowMs?: number;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly key?: Parameters<SignJWT["sign"]>[0];
}

export async function makeToken({
  claims = {},
  scope,
  issuer = ISSUER,
  audience = AUDIENCE,
  nowMs = Date.now(),
  header = {},
  key = SECRET_BYTES,
  ...rest
}: TokenOptions = {}): Promise<string> {
  const lifeSeconds = "lifeSeconds" in rest ? rest.lifeSeconds : 600;
  const now = Math.floor(nowMs / 1000);
  const jwt = new SignJWT({ ...(scope === undefined ? {} : { scope }), ...claims })
    .setProtectedHeader({ alg: "HS256", ...header })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(now);
  return await (lifeSeconds === undefined ? jwt : jwt.setExpirationTime(now + lifeSeconds)).sign(key);
}

/** A JWT without a signature, or with one of the caller's. */
export function forgeToken(header: object, claims: object, signature = ""): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${encode(header)}.${encode(claims)}.${signature}`;
}

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
