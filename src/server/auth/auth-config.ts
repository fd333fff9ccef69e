/** Who may come in, as the configuration says it. Owns the shape alone. */
import type { Grant } from "./grant.ts";

export interface IssuerConfig {
  readonly issuer: string;
  /** Of several one is enough. */
  readonly audience: string | readonly string[];
  /** Only these; HS ones go with a secret, all others with public keys. */
  readonly algorithms: readonly string[];
  /** Public keys at hand; else `jwksUrl` says where they are. */
  readonly jwks?: { readonly keys: readonly Readonly<Record<string, unknown>>[] };
  readonly jwksUrl?: string;
  /** Of HS ones; absent: the one out of the environment. */
  readonly secret?: Uint8Array;
}

export interface ApiKeyConfig {
  /** For people; nothing else uses it. */
  readonly name: string;
  /** SHA-256 of the key, in hex. */
  readonly sha256: string;
  readonly grants: readonly Grant[];
}

/** Who may come in. */
export interface AuthConfig {
  readonly issuers: readonly IssuerConfig[];
  readonly apiKeys: readonly ApiKeyConfig[];
}
