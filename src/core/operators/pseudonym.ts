/**
 * `PERSON_7F3K9Q2M`, or a made-up value of the same shape: the same stand-in for the same value, and no way back.
 *
 * Gives away equality. Short stand-ins collide: two values may get the same one, never one value two.
 */
import { encodeUtf8 } from "../bytes.ts";
import { DEFAULT_PSEUDONYM_BITS } from "../defaults.ts";
import { base32, base32Characters, READABLE } from "./base32.ts";
import { RecentlyUsed } from "./cache.ts";
import { FAKE_KINDS } from "./fakes.ts";
import { onForm, onText, type OperatorKind } from "./operator.ts";
import { FAKES, type PseudonymSpec } from "./spec.ts";

const KEY_BYTES = 32;

export const pseudonym: OperatorKind<PseudonymSpec> = {
  name: "pseudonym",
  description: "Writes a stand-in that is the same for equal values and has no way back. Needs the root key.",
  options: {
    bits: { kind: "integer", min: 20, max: 160, description: "Length of the stand-in in bits; default 40." },
    label: {
      kind: "text",
      pattern: /^[A-Z][A-Z0-9_]{0,31}$/,
      hint: "capitals, digits and _, such as PERSON",
      description: "What stands before the `_`; default: the entity.",
    },
    fake: {
      kind: "choice",
      choices: FAKES,
      description: "A made-up value of this shape instead, from a range that belongs to nobody.",
    },
  },
  compile({ bits, label, fake }, context) {
    const { entity, refuse } = context;
    if (fake !== undefined && (bits ?? label) !== undefined)
      refuse("fake: goes without `bits` and `label`; remove them");
    const keys = context.keys();
    const hmac = keys.crypto.hmac(keys.key({ purpose: "pseudonym", entity, length: KEY_BYTES }));
    const digest = (text: string): Uint8Array => hmac(encodeUtf8(text));
    const known = new RecentlyUsed<string>();
    if (fake !== undefined) {
      const { form, isOfForm, write } = FAKE_KINDS[fake];
      return onForm(form, (text) => (isOfForm(text) ? known.get(text, () => write(digest(text), text)) : undefined));
    }
    const characters = base32Characters(bits ?? DEFAULT_PSEUDONYM_BITS);
    const opening = `${label ?? entity}_`;
    return onText((text) => known.get(text, () => opening + base32(digest(text), characters, READABLE)));
  },
};
