/** Stands in for `src/core/validators/sha256.ts`: the edge carries one of a package already, for keys. */
export { sha256 } from "@noble/hashes/sha2.js";
