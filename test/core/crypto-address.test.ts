import { createHash } from "node:crypto";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { assert, integer, property, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { hasEip55, isBase58Check, isBech32 } from "../../src/core/validators/crypto-address.ts";
import { keccak256 } from "../../src/core/validators/keccak256.ts";
import { sha256 } from "../../src/core/validators/sha256.ts";
import { tries } from "../support/seed.ts";

describe("hashes behind check digits", () => {
  it("SHA-256 is the platform's", () => {
    assert(
      property(uint8Array({ maxLength: 200 }), (bytes) => {
        expect(Buffer.from(sha256(bytes)).toString("hex")).toBe(createHash("sha256").update(bytes).digest("hex"));
      }),
      tries(),
    );
  });

  it("Keccak-256 is that of another library", () => {
    assert(
      property(uint8Array({ maxLength: 134 }), (bytes) => {
        expect(Buffer.from(keccak256(bytes)).toString("hex")).toBe(Buffer.from(keccak_256(bytes)).toString("hex"));
      }),
      tries(),
    );
  });
});

describe("addresses with one character changed", () => {
  it.each([
    ["base58check", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT", isBase58Check, "2"],
    ["bech32", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", isBech32, "z"],
    ["bech32m", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", isBech32, "z"],
    ["EIP-55", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", hasEip55, "1"],
  ])("are refused by %s", (_, address, isValid, other) => {
    expect(isValid(address)).toBe(true);
    assert(
      property(integer({ min: 4, max: address.length - 1 }), (at) => {
        const changed = address.slice(0, at) + other + address.slice(at + 1);
        if (changed !== address) expect(isValid(changed), changed).toBe(false);
      }),
      tries(),
    );
  });
});
