/**
 * `EMAIL_k7m2…`: a keyed hash of the folded value. Equal values give equal tokens, and nothing else is kept.
 *
 * Without the key a token can be neither made nor tested. Tenant, entity and key version have keys of their own.
 */
import { encodeUtf8 } from "../bytes.ts";
import { DEFAULT_HASH_BITS } from "../defaults.ts";
import { KEY_VERSION_LIMIT, type TenantKeys } from "../key-ring.ts";
import { base32, base32Characters } from "./base32.ts";
import { RecentlyUsed } from "./cache.ts";
import { type OperatorKind, readText } from "./operator.ts";
import type { HashSpec } from "./spec.ts";

const KEY_BYTES = 32;

export const hash: OperatorKind<HashSpec> = {
  name: "hash",
  description: "Writes a keyed token: equal values give equal tokens. Needs the root key.",
  options: {
    bits: { kind: "integer", min: 40, max: 256, description: "Length of the token in bits." },
    alsoVersion: {
      kind: "integer",
      min: 1,
      max: KEY_VERSION_LIMIT,
      description: "Writes the token of this key version too, behind the current one: for the time of a rotation.",
    },
  },
  compile({ bits = DEFAULT_HASH_BITS, alsoVersion }, context) {
    const { entity } = context;
    const keys = context.keys();
    if (alsoVersion !== undefined && !keys.ring.has(alsoVersion))
      context.refuse(`alsoVersion: there is no key version ${alsoVersion}; there are ${keys.ring.versions}`);
    if (alsoVersion === keys.ring.current)
      context.refuse("alsoVersion: is the current key version; name the other one, or remove the line");
    const versions = alsoVersion === undefined ? [keys.ring.current] : [keys.ring.current, alsoVersion];
    const digests = versions.map((version) => digestOf(keys, entity, version));
    const characters = base32Characters(bits);
    const tokens = new RecentlyUsed<Uint8Array>();
    const token = (text: string): Uint8Array =>
      encodeUtf8([entity, ...digests.map((digest) => base32(digest(text), characters))].join("_"));
    return {
      needsText: true,
      run: (found) => {
        const text = readText(found);
        return text === undefined ? undefined : tokens.get(text, token);
      },
    };
  },
};

function digestOf(keys: TenantKeys, entity: string, version: number): (text: string) => Uint8Array {
  const hmac = keys.crypto.hmac(keys.key({ purpose: "hash", entity, version, length: KEY_BYTES }));
  return (text) => hmac(encodeUtf8(text));
}
