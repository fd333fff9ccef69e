/**
 * Everything by which a NATS server may know who comes: passwords, tokens, nkeys, JWTs.
 *
 * Owns keys that live as long as one test run. JWTs are written here because `nsc` is no package of Debian.
 */
import { createHash } from "node:crypto";
import { nkeys } from "@nats-io/transport-node";

type KeyPair = ReturnType<typeof nkeys.createUser>;

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const seedOf = (pair: KeyPair): string => Buffer.from(pair.getSeed()).toString("ascii");

export interface Identity {
  readonly publicKey: string;
  readonly seed: string;
}

export function createNkey(): Identity {
  const pair = nkeys.createUser();
  return { publicKey: pair.getPublicKey(), seed: seedOf(pair) };
}

interface Claims {
  readonly issuer: KeyPair;
  readonly subject: string;
  readonly nats: object;
}

function sign({ issuer, subject, nats }: Claims): string {
  const claims = { iat: Math.floor(Date.now() / 1000), iss: issuer.getPublicKey(), name: "test", sub: subject, nats };
  const jti = createHash("sha256").update(JSON.stringify(claims)).digest("hex");
  const text = `${encode({ typ: "JWT", alg: "ed25519-nkey" })}.${encode({ ...claims, jti })}`;
  return `${text}.${Buffer.from(issuer.sign(Buffer.from(text))).toString("base64url")}`;
}

/** A server whose accounts are JWTs, and the credentials of one user. */
export function createCredentials(): { readonly settings: string; readonly credentials: string } {
  const [operator, user] = [nkeys.createOperator(), nkeys.createUser()];
  // JetStream does not start without an account of the system's own.
  const [account, system] = [nkeys.createAccount(), nkeys.createAccount()];
  const unlimited = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, conn: -1, leaf: -1, wildcards: true };
  const storage = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
  const operatorJwt = sign({
    issuer: operator,
    subject: operator.getPublicKey(),
    nats: { type: "operator", version: 2 },
  });
  const preload = [system, account].map((one) => {
    const limits = { ...unlimited, ...(one === account ? storage : {}) };
    const subject = one.getPublicKey();
    return `${subject}: "${sign({ issuer: operator, subject, nats: { type: "account", version: 2, limits } })}"`;
  });
  const userJwt = sign({
    issuer: account,
    subject: user.getPublicKey(),
    nats: { type: "user", version: 2, pub: {}, sub: {}, subs: -1, data: -1, payload: -1 },
  });
  return {
    settings:
      `operator: "${operatorJwt}"\nresolver: MEMORY\nsystem_account: ${system.getPublicKey()}\n` +
      `resolver_preload: { ${preload.join(", ")} }\n`,
    credentials:
      `-----BEGIN NATS USER JWT-----\n${userJwt}\n------END NATS USER JWT------\n\n` +
      `-----BEGIN USER NKEY SEED-----\n${seedOf(user)}\n------END USER NKEY SEED------\n`,
  };
}
