/** The shape of `auth` in maskwire.yaml: issuers of tokens, API keys, and what each grants. */
import { z } from "zod";
import { ACTIONS, DEFAULT_VIEWS, FEED_PATTERN } from "../../server/auth/grant.ts";

const NAME = /^[A-Za-z0-9._-]{1,64}$/;

const ASYMMETRIC = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"] as const;
const SYMMETRIC = ["HS256", "HS384", "HS512"] as const;

const grant = z.strictObject({
  actions: z.array(z.enum(ACTIONS)).min(1).describe("What may be done."),
  feeds: z
    .array(z.string().regex(FEED_PATTERN))
    .min(1)
    .describe(
      "Names of feeds (for `relay` of relays, for `detokenize` of policies); `orders.*` is one more label, `orders.>` any further, `>` all.",
    ),
  views: z
    .array(z.string().regex(NAME))
    .min(1)
    .default([...DEFAULT_VIEWS])
    .describe("Views that may be seen, by `subscribe` and `relay`; grants of other actions leave it out."),
});

const audience = z.string().min(1).max(1024);

const issuer = z.strictObject({
  issuer: z.string().min(1).max(1024).describe("The `iss` of its tokens."),
  audience: z
    .union([audience, z.array(audience).min(1).max(64)])
    .describe("The `aud` that its tokens need; of a list one is enough."),
  algorithms: z
    .array(z.enum([...ASYMMETRIC, ...SYMMETRIC]))
    .min(1)
    .describe(
      "Signatures that count. HS ones need `secretFile` or MASKWIRE_JWT_SECRET_FILE, all others `jwksUrl` or `jwksFile`.",
    ),
  jwksUrl: z.string().min(1).max(2048).exactOptional().describe("Where its public keys are, https."),
  jwksFile: z.string().min(1).max(4096).exactOptional().describe("A file with its public keys (a JSON Web Key Set)."),
  secretFile: z
    .string()
    .min(1)
    .max(4096)
    .exactOptional()
    .describe("A file with its secret for HS algorithms, at least 32 bytes; absent: MASKWIRE_JWT_SECRET_FILE."),
});

export const auth = z.strictObject({
  issuers: z.array(issuer).default([]).describe("Whose JWTs count."),
  apiKeys: z
    .array(
      z.strictObject({
        name: z.string().regex(NAME).describe("Names its holder in audit records."),
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/)
          .describe("SHA-256 of the key in hex; `maskwire token key` makes both."),
        grants: z.array(grant).min(1).describe("What its holder may do."),
      }),
    )
    .default([])
    .describe("Keys without an end, for small set-ups."),
});
