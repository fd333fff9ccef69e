/**
 * The secrets: the root key, from which every keyed token is made, and the one that signs JWTs.
 *
 * Owns where they may come from and how long they must be. Never prints, logs or stores one.
 */
import { createHmac, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { KEY_MIN_BYTES } from "../../core/index.ts";
import { readFailure } from "../read-failure.ts";
import { createCrypto } from "../../server/keys/crypto.ts";
import { withoutLineEnd } from "../../server/keys/root-key.ts";
import type { Settings } from "./environment.ts";
import type { ConfigProblem, Result } from "./problem.ts";

const HOW_TO = "make one with: openssl rand -base64 32 > maskwire.key";

/** The variables that hold a secret, or the path of one. */
const SOURCES = {
  rootKey: { value: "key", file: "keyFile", name: "MASKWIRE_KEY" },
  jwtSecret: { value: "jwtSecret", file: "jwtSecretFile", name: "MASKWIRE_JWT_SECRET" },
} as const;

/** The secret that the environment names; undefined when it names none. */
export async function readSecret(
  settings: Settings,
  secret: keyof typeof SOURCES,
): Promise<Result<Uint8Array | undefined>> {
  const { name } = SOURCES[secret];
  const value = settings[SOURCES[secret].value];
  const file = settings[SOURCES[secret].file];
  if (value !== undefined && file !== undefined) return refuse(name, `${name}_FILE is set too; keep one of them`);
  if (value !== undefined) return checkLength(name, new TextEncoder().encode(value));
  if (file === undefined) return { ok: true, value: undefined };
  const read = await readSecretFile(file);
  return read.ok ? read : refuse(`${name}_FILE`, read.text);
}

/** The secret in this file, or what is wrong with it. */
export async function readSecretFile(
  file: string,
): Promise<{ readonly ok: true; readonly value: Uint8Array } | { readonly ok: false; readonly text: string }> {
  try {
    return measure(withoutLineEnd(await readFile(file)));
  } catch (thrown) {
    return { ok: false, text: `the file ${readFailure(thrown)}; ${HOW_TO}` };
  }
}

/** A key for the life of this process: its tokens mean nothing to the next one. */
export function randomKey(): Uint8Array {
  return randomBytes(KEY_MIN_BYTES);
}

/** The operators' cryptography with Node's HMAC, which is faster than one in JavaScript. */
export const nodeCrypto = createCrypto((key) => (data) => createHmac("sha256", key).update(data).digest());

/** The variable that holds the root key, or its path. */
export function rootKeySource({ keyFile }: Settings): string {
  return keyFile === undefined ? SOURCES.rootKey.name : `${SOURCES.rootKey.name}_FILE`;
}

function checkLength(source: string, key: Uint8Array): Result<Uint8Array> {
  const measured = measure(key);
  return measured.ok ? measured : refuse(source, measured.text);
}

function measure(
  key: Uint8Array,
): { readonly ok: true; readonly value: Uint8Array } | { readonly ok: false; readonly text: string } {
  if (key.length >= KEY_MIN_BYTES) return { ok: true, value: key };
  return {
    ok: false,
    text: `the secret has ${key.length} bytes and needs at least ${KEY_MIN_BYTES}; ${HOW_TO}`,
  };
}

function refuse(source: string, text: string): { readonly ok: false; readonly problems: readonly ConfigProblem[] } {
  return { ok: false, problems: [{ source, path: "", text }] };
}
