/**
 * What takes the place of a finding.
 *
 * Owns the operators and their output alphabet: letters, digits, `_ [ ] *` and separators of the value itself,
 * so that a replacement is legal in every format and is never detected again.
 */
import { encodeUtf8 } from "./bytes.ts";
import { ConfigurationError } from "./errors.ts";
import type { FoundText } from "./finder.ts";
import { foldSpan } from "./folded-text.ts";
import type { Hmac, OperatorSpec } from "./policy.ts";

/** How the findings of one entity are replaced. */
export interface Operator {
  readonly name: OperatorSpec["operator"];
  /** False when the finding's text is not looked at: nobody has to keep it. */
  readonly needsText: boolean;
  replace(found: FoundText): Uint8Array;
}

const DEFAULT_KEEP_LAST = 4;
const DEFAULT_CHARACTER = "*";
/** 16 base32 characters: even odds of one collision at a trillion values. */
const DEFAULT_HASH_BITS = 80;
const BITS_PER_CHARACTER = 5;
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** @throws ConfigurationError `KEY_MISSING` for an operator that needs a key when there is none. */
export function compileOperator(spec: OperatorSpec, entity: string, hmac: Hmac | undefined): Operator {
  const redacted = redact(entity);
  switch (spec.operator) {
    case "redact":
      return { name: "redact", needsText: false, replace: () => redacted };
    case "mask": {
      const { keepLast = DEFAULT_KEEP_LAST, character = DEFAULT_CHARACTER } = spec;
      return {
        name: "mask",
        needsText: true,
        replace: ({ text }) => (text === null ? redacted : mask(text, keepLast, character)),
      };
    }
    case "hash": {
      if (hmac === undefined) throw new ConfigurationError("KEY_MISSING", "operator hash needs a key");
      const options = { bits: spec.bits ?? DEFAULT_HASH_BITS, hmac };
      const run = (text: Uint8Array): Uint8Array => token(entity, foldSpan(text, 0, text.length), options);
      return { name: "hash", needsText: true, replace: ({ text }) => (text === null ? redacted : run(text)) };
    }
    default:
      throw new ConfigurationError("BAD_CONFIG", "no such operator; there are redact, mask, hash");
  }
}

/** `[EMAIL]`. Keeps nothing. */
function redact(entity: string): Uint8Array {
  return encodeUtf8(`[${entity}]`);
}

/**
 * Stars for letters and digits, but the last `keepLast`; separators and length stay. A value with fewer than
 * three times `keepLast` letters and digits keeps none. Gives away length, shape and the kept characters.
 */
function mask(text: Uint8Array, keepLast: number, character: string): Uint8Array {
  const characters = [...foldSpan(text, 0, text.length)];
  const total = characters.filter(isMasked).length;
  let left = total - (total >= 3 * keepLast ? keepLast : 0);
  return encodeUtf8(characters.map((c) => (isMasked(c) && left-- > 0 ? character : c)).join(""));
}

function isMasked(character: string): boolean {
  return /[\p{L}\p{N}\p{M}]/u.test(character);
}

/**
 * `EMAIL_` and a keyed hash of the folded value: equal values give equal tokens, nothing else is kept. Without the
 * key a token can be neither made nor tested; the entity separates equal texts of different kinds.
 */
export function token(
  entity: string,
  text: string,
  options: { readonly bits: number; readonly hmac: Hmac },
): Uint8Array {
  const digest = options.hmac(encodeUtf8(`maskwire/hash/v1\0${entity}\0${text}`));
  return encodeUtf8(`${entity}_${base32(digest, Math.ceil(options.bits / BITS_PER_CHARACTER))}`);
}

function base32(bytes: Uint8Array, characters: number): string {
  let out = "";
  for (let bit = 0; out.length < characters; bit += BITS_PER_CHARACTER) {
    const at = bit >> 3;
    const pair = (bytes[at] << 8) | (bytes[at + 1] ?? 0);
    out += BASE32[(pair >> (11 - (bit & 7))) & 31];
  }
  return out;
}
