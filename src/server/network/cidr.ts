/**
 * Addresses and ranges of addresses, IPv4 and IPv6.
 *
 * Owns their text forms: dotted without leading zeros, and whatever a URL takes in brackets. Never resolves a name.
 */
export interface Address {
  /** Bits of an address: 32 or 128. An IPv4 address written as IPv6 (`::ffff:…`) is the IPv4 one. */
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** Every address that begins like `value`, for `prefix` bits. */
export interface Range extends Address {
  readonly prefix: number;
}

const DOTTED = /^(?:(?:0|[1-9]\d{0,2})\.){3}(?:0|[1-9]\d{0,2})$/;
/** Nothing that could end the brackets of a URL. */
const HEXTET_CHARACTERS = /^[0-9A-Fa-f:.]+$/;
const OCTET_LIMIT = 255;
const HEXTETS = 8;
const MAPPED_PREFIX = 0xffffn;
const PREFIX = /^(?:0|[1-9]\d{0,2})$/;

/** Undefined for anything but one whole address; a name is none. */
export function parseAddress(text: string): Address | undefined {
  if (text.includes(":")) return parseHextets(text);
  if (!DOTTED.test(text)) return undefined;
  const octets = text.split(".").map(Number);
  if (octets.some((octet) => octet > OCTET_LIMIT)) return undefined;
  return { bits: 32, value: octets.reduce((value, octet) => (value << 8n) + BigInt(octet), 0n) };
}

/**
 * What one caller may come from: an IPv4 address, or the /64 of an IPv6 one, all of which belongs to whoever has one.
 * Undefined for anything but an address.
 */
export function networkOf(text: string): string | undefined {
  const address = parseAddress(text);
  return address && `${address.bits} ${address.value >> (address.bits === 32 ? 0n : 64n)}`;
}

/** `address/prefix`. Host bits are taken as written: `hasHostBits` tells. */
export function parseRange(text: string): Range | undefined {
  const [written = "", digits = "", ...rest] = text.split("/");
  const address = parseAddress(written);
  if (address === undefined || rest.length > 0 || !PREFIX.test(digits)) return undefined;
  const prefix = Number(digits);
  return prefix <= address.bits && !(isMapped(written, address) && prefix > 0) ? { ...address, prefix } : undefined;
}

export function hasHostBits({ bits, value, prefix }: Range): boolean {
  const shift = BigInt(bits - prefix);
  return (value >> shift) << shift !== value;
}

export function holds(range: Range, address: Address): boolean {
  const shift = BigInt(range.bits - range.prefix);
  return range.bits === address.bits && range.value >> shift === address.value >> shift;
}

/** True when every address of `inner` is one of `outer`, which may be the same range. */
export function holdsRange(outer: Range, inner: Range): boolean {
  return outer.prefix <= inner.prefix && holds(outer, inner);
}

/** An IPv4 address in an IPv6 coat: its prefix would count other bits. */
function isMapped(text: string, { bits }: Address): boolean {
  return bits === 32 && text.includes(":");
}

function parseHextets(text: string): Address | undefined {
  if (!HEXTET_CHARACTERS.test(text) || !URL.canParse(`http://[${text}]/`)) return undefined;
  // The parser of URLs knows every way to write one; what it gives back has at most one `::` and no dots.
  const [head = "", tail] = new URL(`http://[${text}]/`).hostname.slice(1, -1).split("::");
  const before = split(head);
  const after = split(tail ?? "");
  const zeros = Array<string>(HEXTETS - before.length - after.length).fill("0");
  const hextets = [...before, ...zeros, ...after];
  const value = hextets.reduce((sum, hextet) => (sum << 16n) + BigInt(`0x${hextet}`), 0n);
  return value >> 32n === MAPPED_PREFIX ? { bits: 32, value: value & 0xffff_ffffn } : { bits: 128, value };
}

function split(part: string): string[] {
  return part === "" ? [] : part.split(":");
}
