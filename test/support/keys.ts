/** Root keys for tests, by the cryptography of Node or of the edge. */
import type { KeyRing, KeyRingOptions } from "../../src/core/index.ts";
import { nodeCrypto } from "../../src/node/config/key.ts";
import { openKeyRing } from "../../src/server/keys/root-key.ts";
import { CASE_KEY } from "./cases.ts";

/** One secret, or several lines `v2:…`; default: the key of the cases. */
export function keysFrom(secret: string | Uint8Array = CASE_KEY, options: KeyRingOptions = {}): KeyRing {
  return openKeyRing(nodeCrypto, typeof secret === "string" ? new TextEncoder().encode(secret) : secret, options);
}
