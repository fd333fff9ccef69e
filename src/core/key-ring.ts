/**
 * The root secrets by version, and every key that is made of them.
 *
 * Owns the tree: root secret → purpose, version, tenant and entity → key. Keys of different branches tell nothing of each
 * other. Never hands out a root secret, and never reads one from anywhere.
 */
import { encodeUtf8 } from "./bytes.ts";
import type { Crypto, Hmac } from "./crypto.ts";
import { ConfigurationError } from "./errors.ts";
import { expand, extract } from "./hkdf.ts";
import { base32 } from "./operators/base32.ts";

/** What a root secret has at least. */
export const KEY_MIN_BYTES = 32;
/** Highest number of a version. */
export const KEY_VERSION_LIMIT = 9999;
const PRINT_BYTES = 16;
const SALT = encodeUtf8("maskwire/root/v1");

export interface RootSecret {
  readonly version: number;
  readonly secret: Uint8Array;
}

export interface KeyRingOptions {
  /** The version that makes tokens; default: the highest. */
  readonly current?: number;
  /** The lowest version whose tokens are still turned back; default: the lowest there is. */
  readonly decryptFrom?: number;
}

export type KeyPurpose = "hash" | "pseudonym" | "encrypt" | "fpe" | "date-shift" | "event";

export interface KeyPlace {
  readonly purpose: KeyPurpose;
  readonly entity: string;
  /** Default: the current one. */
  readonly version?: number | undefined;
  readonly length: number;
}

export class KeyRing {
  readonly crypto: Crypto;
  readonly current: number;
  readonly decryptFrom: number;
  readonly #extracted: ReadonlyMap<number, Uint8Array>;

  /** @throws ConfigurationError `BAD_CONFIG` for a secret that is too short, and for a version that is not there. */
  constructor(crypto: Crypto, secrets: readonly RootSecret[], options: KeyRingOptions = {}) {
    const versions = secrets.map(({ version }) => version);
    for (const { version, secret } of secrets) checkSecret(version, secret);
    if (new Set(versions).size < versions.length || versions.length === 0)
      throw new ConfigurationError("BAD_CONFIG", "keys: give each version of the root key once");
    this.crypto = crypto;
    this.current = options.current ?? Math.max(...versions);
    this.decryptFrom = options.decryptFrom ?? Math.min(...versions);
    this.#extracted = new Map(secrets.map(({ version, secret }) => [version, extract(crypto, SALT, secret)]));
    if (!this.has(this.current)) refuseVersion("current", this.current, versions);
    if (this.decryptFrom > this.current)
      throw new ConfigurationError("BAD_CONFIG", "keys.decryptFrom: is over `current`: nothing could be turned back", [
        "keys",
        "decryptFrom",
      ]);
  }

  has(version: number): boolean {
    return this.#extracted.has(version);
  }

  /** False for a version that is retired or unknown: nothing that it made is turned back. */
  mayDecrypt(version: number): boolean {
    return version >= this.decryptFrom && this.has(version);
  }

  /** The same for the same keys, and different for others; tells nothing of them. */
  get print(): string {
    const prints = [...this.#extracted].map(([version, extracted]) => {
      const bytes = expand(this.crypto, extracted, { info: encodeUtf8("maskwire\0print"), length: PRINT_BYTES });
      return `v${version}:${base32(bytes)}`;
    });
    return [...prints, this.current, this.decryptFrom].join(" ");
  }

  /** The versions there are, as a message names them. */
  get versions(): string {
    return [...this.#extracted.keys()].toSorted((a, b) => a - b).join(", ");
  }

  /** For names of events that a history keeps: of no tenant, and by the current version. */
  hmacOfEvents(): Hmac {
    return this.crypto.hmac(this.of("").key({ purpose: "event", entity: "", length: KEY_MIN_BYTES }));
  }

  /** The keys of one tenant. */
  of(tenant: string): TenantKeys {
    return new TenantKeys(this, tenant, (version, place) => {
      const extracted = this.#extracted.get(version);
      if (extracted === undefined) throw new ConfigurationError("KEY_MISSING", `there is no key version ${version}`);
      // None of the parts can hold NUL.
      const info = encodeUtf8(`maskwire\0${place.purpose}\0v${version}\0${tenant}\0${place.entity}`);
      return expand(this.crypto, extracted, { info, length: place.length });
    });
  }
}

/** One tenant's branch of the tree. */
export class TenantKeys {
  readonly ring: KeyRing;
  readonly tenant: string;
  readonly #derive: (version: number, place: KeyPlace) => Uint8Array;

  constructor(ring: KeyRing, tenant: string, derive: (version: number, place: KeyPlace) => Uint8Array) {
    this.ring = ring;
    this.tenant = tenant;
    this.#derive = derive;
  }

  get crypto(): Crypto {
    return this.ring.crypto;
  }

  /** @throws ConfigurationError `KEY_MISSING` for a version that is not there. */
  key(place: KeyPlace): Uint8Array {
    return this.#derive(place.version ?? this.ring.current, place);
  }
}

function checkSecret(version: number, secret: Uint8Array): void {
  if (!Number.isInteger(version) || version < 1 || version > KEY_VERSION_LIMIT)
    throw new ConfigurationError("BAD_CONFIG", `keys: a version is a whole number from 1 to ${KEY_VERSION_LIMIT}`);
  if (secret.length >= KEY_MIN_BYTES) return;
  const reason = `keys: version ${version} has ${secret.length} bytes and needs at least ${KEY_MIN_BYTES}`;
  throw new ConfigurationError("BAD_CONFIG", reason);
}

function refuseVersion(name: string, version: number, known: readonly number[]): never {
  throw new ConfigurationError(
    "BAD_CONFIG",
    `keys.${name}: there is no root key of version ${version}; there are ${known.join(", ")}`,
    ["keys", name],
  );
}
