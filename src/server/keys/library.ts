/**
 * Root keys for callers of the library: `import { openKeys } from "maskwire/keys"`.
 *
 * Owns the way from a secret to the keys of a policy, the same as in the server: equal secrets give equal tokens in both.
 * Never reads a secret from anywhere, and never repeats one.
 */
import { ConfigurationError, type KeyRing, type KeyRingOptions } from "../../core/index.ts";
import { encodeText } from "../text.ts";
import { createCrypto } from "./crypto.ts";
import { openKeyRing, withoutLineEnd } from "./root-key.ts";

export type { KeyRing, KeyRingOptions } from "../../core/index.ts";

/**
 * For `compilePolicy(spec, { keys })` and `compileRestorer`. The secret is what MASKWIRE_KEY or the file of
 * MASKWIRE_KEY_FILE holds: 32 bytes or more, or lines such as `v2:…` for several versions. A line end behind it does not count.
 * @throws ConfigurationError `KEY_MISSING` without a secret, `BAD_CONFIG` for one that is too short or a version that is not there.
 */
export function openKeys(secret: string | Uint8Array | undefined, options: KeyRingOptions = {}): KeyRing {
  if (secret === undefined || secret.length === 0)
    throw new ConfigurationError("KEY_MISSING", "openKeys: the secret is empty");
  const bytes = typeof secret === "string" ? encodeText(secret) : secret;
  return openKeyRing(createCrypto(), withoutLineEnd(bytes), options);
}
