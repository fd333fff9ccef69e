/**
 * `EMAIL(v1:k7m2…)`: AES-SIV (RFC 5297) of the value's bytes. Whoever holds the key turns it back; equal values of one
 * tenant and entity give equal tokens.
 *
 * The token names its key version, so that it outlives rotations. Gives away equality and length.
 */
import { encodeUtf8 } from "../bytes.ts";
import type { Siv } from "../crypto.ts";
import type { TenantKeys } from "../key-ring.ts";
import { base32, base32Length, decodeBase32 } from "./base32.ts";
import { RecentlyUsed } from "./cache.ts";
import type { OperatorKind } from "./operator.ts";
import type { EncryptSpec } from "./spec.ts";

/** AES-256-SIV: two keys of 32 bytes. */
const KEY_BYTES = 64;
const TAG_BYTES = 16;
/** Longer values are redacted: their tokens would have to be held whole to be turned back. */
export const ENCRYPTED_LIMIT_BYTES = 4096;
const ENTITY_CHARACTERS = 64;
/** `ENTITY(v9999:` and `)`. */
export const TOKEN_LIMIT = ENTITY_CHARACTERS + 8 + base32Length(ENCRYPTED_LIMIT_BYTES + TAG_BYTES);

export const encrypt: OperatorKind<EncryptSpec> = {
  name: "encrypt",
  description: "Writes a token that the holder of the root key can turn back. Needs the root key.",
  options: {},
  compile(_, context) {
    const keys = context.keys();
    const version = keys.ring.current;
    const siv = sivOf(keys, context.entity, version);
    const tokens = new RecentlyUsed<Uint8Array>();
    return {
      needsText: true,
      run: ({ text }) => {
        if (text === null || text.length > ENCRYPTED_LIMIT_BYTES) return undefined;
        const latin1 = String.fromCharCode.apply(undefined, text as unknown as number[]);
        return tokens.get(latin1, () => encodeUtf8(`${context.entity}(v${version}:${base32(siv.seal(text))})`));
      },
    };
  },
};

function sivOf(keys: TenantKeys, entity: string, version: number): Siv {
  const key = keys.key({ purpose: "encrypt", entity, version, length: KEY_BYTES });
  return keys.crypto.siv(key, [encodeUtf8(keys.tenant), encodeUtf8(entity)]);
}

const TOKEN = /^([A-Z][A-Z0-9_]{0,63})\(v([1-9][0-9]{0,3}):([a-z2-7]+)\)$/;
/** Whoever sends tokens chooses the entities: more than that are not remembered. */
const OPENERS_LIMIT = 256;

/** Turns tokens back into what they stand for. */
export class TokenOpener {
  readonly #keys: TenantKeys;
  readonly #entities: ReadonlySet<string> | undefined;
  readonly #sivs = new Map<string, Siv>();

  /** `entities`: whose tokens are opened; absent: everybody's. */
  constructor(keys: TenantKeys, entities?: ReadonlySet<string>) {
    this.#keys = keys;
    this.#entities = entities;
  }

  /** The value of one token, with its entity; undefined for what this tenant's keys have not made, or no longer open. */
  open(token: string): { readonly entity: string; readonly text: Uint8Array } | undefined {
    const [, entity = "", digits = "", body = ""] = TOKEN.exec(token) ?? [];
    const version = Number(digits);
    if (entity === "" || !this.#keys.ring.mayDecrypt(version)) return undefined;
    if (this.#entities?.has(entity) === false) return undefined;
    const sealed = decodeBase32(body);
    if (sealed === undefined || sealed.length < TAG_BYTES) return undefined;
    const text = this.#sivOf(entity, version).open(sealed);
    return text === undefined ? undefined : { entity, text };
  }

  #sivOf(entity: string, version: number): Siv {
    const name = `${entity} ${version}`;
    let siv = this.#sivs.get(name);
    if (siv === undefined) {
      if (this.#sivs.size >= OPENERS_LIMIT) this.#sivs.clear();
      siv = sivOf(this.#keys, entity, version);
      this.#sivs.set(name, siv);
    }
    return siv;
  }
}
