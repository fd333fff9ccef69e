/**
 * UTF-8 in and out of the server, the one meaning of it: a BOM is data, an invalid byte becomes U+FFFD.
 */
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}

export function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** The same text as valid UTF-8; ASCII is returned as it is. What is masked is then what every client reads. */
export function repairText(bytes: Uint8Array): Uint8Array {
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] > 127) return encoder.encode(decoder.decode(bytes));
  }
  return bytes;
}

/** One array out of several; a single one is returned as it is. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0];
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
