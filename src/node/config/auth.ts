/**
 * The `auth` part of the file as the server takes it: with the keys of `jwksFile` and `secretFile` read.
 *
 * Owns those files. Never repeats anything out of it.
 */
import { readFile } from "node:fs/promises";
import type { AuthConfig, IssuerConfig } from "../../server/auth/auth-config.ts";
import { readFailure } from "../read-failure.ts";
import { readSecretFile } from "./key.ts";
import { besideConfig } from "./named-files.ts";
import type { ConfigProblem, Result } from "./problem.ts";
import type { FileConfig } from "./schema.ts";

type FileAuth = FileConfig["auth"];
type FileIssuer = NonNullable<FileAuth>["issuers"][number];

export interface AuthParts {
  /** The configuration file: the others are beside it. */
  readonly configFile: string | undefined;
  readonly problemAt: (path: readonly string[], text: string) => ConfigProblem;
  /** True when the environment names the secret of HS algorithms. */
  readonly hasSecret: boolean;
}

/** Members that only a private or a secret key has. */
const PRIVATE_MEMBERS = ["d", "k"];
const NO_KEY_SET = "holds no such set";

export async function completeAuth(auth: FileAuth, parts: AuthParts): Promise<Result<AuthConfig | undefined>> {
  if (auth === undefined) return { ok: true, value: undefined };
  const issuers = await Promise.all(auth.issuers.map((issuer, index) => completeIssuer(issuer, { ...parts, index })));
  const problems = issuers.flatMap((issuer) => ("text" in issuer ? [issuer] : []));
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, value: { issuers: issuers as IssuerConfig[], apiKeys: auth.apiKeys } };
}

async function completeIssuer(
  { jwksFile, secretFile, ...issuer }: FileIssuer,
  { configFile, problemAt, hasSecret, index }: AuthParts & { readonly index: number },
): Promise<IssuerConfig | ConfigProblem> {
  const refuse = (key: string, text: string): ConfigProblem => problemAt(["auth", "issuers", String(index), key], text);
  if (secretFile !== undefined) {
    const secret = await readSecretFile(besideConfig(configFile, secretFile));
    return secret.ok ? { ...issuer, secret: secret.value } : refuse("secretFile", secret.text);
  }
  const needsSecret = jwksFile === undefined && issuer.jwksUrl === undefined;
  if (needsSecret && !hasSecret)
    return refuse("algorithms", "HS ones need a secret; write secretFile, or set MASKWIRE_JWT_SECRET_FILE");
  if (jwksFile === undefined) return issuer;
  const jwks = await readJwks(besideConfig(configFile, jwksFile));
  if (typeof jwks === "string") return refuse("jwksFile", `${jwks}; name a file with a JSON Web Key Set`);
  if (jwks.keys.some((key) => PRIVATE_MEMBERS.some((member) => Object.hasOwn(key, member))))
    return refuse("jwksFile", "holds a private or secret key; only public keys belong there");
  return { ...issuer, jwks };
}

/** The key set, or why there is none. */
async function readJwks(file: string): Promise<NonNullable<IssuerConfig["jwks"]> | string> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (thrown) {
    return readFailure(thrown);
  }
  try {
    const value = JSON.parse(text) as { keys?: unknown } | null;
    const isSet = Array.isArray(value?.keys) && value.keys.every((key) => typeof key === "object" && key !== null);
    return isSet ? (value as NonNullable<IssuerConfig["jwks"]>) : NO_KEY_SET;
  } catch {
    return NO_KEY_SET;
  }
}
