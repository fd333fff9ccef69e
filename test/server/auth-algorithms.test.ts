/** Every algorithm that a configuration may name: it verifies where it is named, and counts nowhere else. */
import { exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { expect, test } from "vitest";
import type { AuthConfig } from "../../src/server/auth/auth-config.ts";
import { AUTH, publish, SECRET_ISSUER, startGuarded } from "../support/auth-server.ts";
import { createTestPorts } from "../support/ports.ts";
import { makeToken } from "../support/tokens.ts";

const SYMMETRIC = ["HS256", "HS384", "HS512"];
const ASYMMETRIC = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];
const SCOPE = "maskwire:publish:>";

const ports = createTestPorts();
const nowMs = ports.clock.now();

/** Status of publishing with the token where the issuer is configured so. */
async function verdictOf(token: string, issuer: object): Promise<unknown> {
  const auth: AuthConfig = { ...AUTH, issuers: [{ ...SECRET_ISSUER, ...issuer }] };
  return (await publish(startGuarded(auth, ports), token))[0];
}

test.each(SYMMETRIC)("%s", async (alg) => {
  const token = await makeToken({ scope: SCOPE, nowMs, header: { alg } });
  expect(await verdictOf(token, { algorithms: [alg] })).toBe(200);
  expect(await verdictOf(token, { algorithms: SYMMETRIC.filter((one) => one !== alg) })).toBe(401);
});

/** A private key, and what an issuer says of it: nothing of its algorithm, for the configuration alone decides. */
interface Keys {
  readonly privateKey: JWK;
  readonly jwks: object;
}

async function drawKeys(alg: string): Promise<Keys> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey: await exportJWK(privateKey), jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: "one" }] } };
}

/** Own and foreign ones. Those of RSA serve all six of its algorithms: drawing some takes a second. */
const rsaKeys = Promise.all([drawKeys("RS256"), drawKeys("RS256")]);

test.each(ASYMMETRIC)("%s", async (alg) => {
  const isRsa = alg.startsWith("RS") || alg.startsWith("PS");
  const [own, foreign] = await (isRsa ? rsaKeys : Promise.all([drawKeys(alg), drawKeys(alg)]));
  const key = await importJWK(own.privateKey, alg);
  const token = await makeToken({ scope: SCOPE, nowMs, header: { alg, kid: "one" }, key });
  expect(await verdictOf(token, { algorithms: [alg], jwks: own.jwks })).toBe(200);
  expect(await verdictOf(token, { algorithms: [alg], jwks: foreign.jwks })).toBe(401);
  const others = ASYMMETRIC.filter((one) => one !== alg);
  expect(await verdictOf(token, { algorithms: others, jwks: own.jwks })).toBe(401);
});
