/**
 * The text that holds root secrets: one secret, or several by version.
 *
 * Owns its form, which is the same in a file, a variable and at the edge. Never repeats a part of it.
 *
 *   v2:<secret>
 *   v1:<secret>
 */
import {
  ConfigurationError,
  type Crypto,
  KEY_VERSION_LIMIT,
  KeyRing,
  type KeyRingOptions,
  type RootSecret,
} from "../../core/index.ts";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const VERSIONED = /^v[1-9]\d{0,3}:/;
const LINE = /^v([1-9]\d{0,3}):(.+)$/;
/** Latin-1 keeps every byte of a secret that is no text. */
const LAST_BYTE = 0xff;

/** A file that an editor or `openssl` wrote ends with a line end, which is no part of the secret. */
export function withoutLineEnd(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  if (bytes[end - 1] === LINE_FEED) end -= 1;
  if (bytes[end - 1] === CARRIAGE_RETURN) end -= 1;
  return bytes.subarray(0, end);
}

/** Version 1 where no version stands before it. @throws ConfigurationError `BAD_CONFIG`, with the number of the line. */
export function readRootSecrets(bytes: Uint8Array): readonly RootSecret[] {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  if (!VERSIONED.test(text)) return [{ version: 1, secret: bytes }];
  return text.split(/\r?\n/).map((line, index) => {
    const [, version, secret = ""] = LINE.exec(line) ?? [];
    if (version === undefined)
      throw new ConfigurationError(
        "BAD_CONFIG",
        `line ${index + 1} of the root keys is not of the form v2:<secret>, with a version from 1 to ${KEY_VERSION_LIMIT}`,
      );
    return {
      version: Number(version),
      secret: Uint8Array.from(secret, (character) => character.charCodeAt(0) & LAST_BYTE),
    };
  });
}

/** @throws ConfigurationError `BAD_CONFIG` for a secret that is too short or a version that is not there. */
export function openKeyRing(crypto: Crypto, bytes: Uint8Array, options: KeyRingOptions = {}): KeyRing {
  return new KeyRing(crypto, readRootSecrets(bytes), options);
}
