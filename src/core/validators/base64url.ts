/** Base64url (RFC 4648, section 5) without padding, decoded by hand: the core has no `atob`. */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const VALUES = new Map(Array.from(ALPHABET, (character, value) => [character.charCodeAt(0), value]));

/** Each decoded byte as one character (Latin-1); undefined when a character or the length is not base64url. */
export function decodeBase64url(text: string): string | undefined {
  if (text.length % 4 === 1) return undefined;
  let out = "";
  let bits = 0;
  let buffer = 0;
  for (let i = 0; i < text.length; i++) {
    const value = VALUES.get(text.charCodeAt(i));
    if (value === undefined) return undefined;
    buffer = ((buffer << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += String.fromCharCode((buffer >> bits) & 0xff);
  }
  return out;
}
