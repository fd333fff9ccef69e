/**
 * Addresses and ranges of addresses as exact numbers.
 *
 * IPv4 and IPv6 are two separate lines of numbers. Parsing follows the API server: leading zeros in an IPv4 part are
 * taken as decimal, host bits of a range are ignored.
 */
export type Family = 4 | 6;

export interface Address {
  readonly family: Family;
  readonly value: bigint;
}

/** First and last address, both inside. */
export interface Interval {
  readonly family: Family;
  readonly first: bigint;
  readonly last: bigint;
}

export interface Range extends Interval {
  readonly prefix: number;
  /** The address as written had bits set behind the prefix. */
  readonly hasHostBits: boolean;
}

export const BITS: Readonly<Record<Family, number>> = { 4: 32, 6: 128 };

export function parseAddress(text: string): Address | undefined {
  return text.includes(":") ? parseV6(text) : parseV4(text);
}

function parseV4(text: string): Address | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)) return undefined;
  return { family: 4, value: parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n) };
}

function parseV6(text: string): Address | undefined {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (dotted !== null) {
    const tail = parseV4(dotted[2] ?? "");
    if (tail === undefined) return undefined;
    const high = (tail.value >> 16n).toString(16);
    return parseV6(`${dotted[1] ?? ""}${high}:${(tail.value & 0xffffn).toString(16)}`);
  }
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [left, right] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const groups = [...(left ?? []), ...(right ?? [])];
  const missing = 8 - groups.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  const whole = [...(left ?? []), ...Array.from({ length: missing }, () => "0"), ...(right ?? [])];
  return { family: 6, value: whole.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n) };
}

/** A range as `address/prefix`; without a prefix it is none. */
export function parseRange(text: string): Range | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const address = parseAddress(match?.[1] ?? "");
  const prefix = Number(match?.[2]);
  if (address === undefined || prefix > BITS[address.family]) return undefined;
  const hostMask = (1n << BigInt(BITS[address.family] - prefix)) - 1n;
  const first = address.value & ~hostMask;
  return {
    family: address.family,
    first,
    last: first | hostMask,
    prefix,
    hasHostBits: first !== address.value,
  };
}

export function holds(outer: Interval, inner: Interval): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}

export function overlaps(one: Interval, other: Interval): boolean {
  return one.family === other.family && one.first <= other.last && other.first <= one.last;
}

/** What is left of `whole` without `holes`, in order. */
export function subtract(whole: Interval, holes: readonly Interval[]): Interval[] {
  let rest: Interval[] = [whole];
  for (const hole of holes) {
    rest = rest.flatMap((piece) => {
      if (!overlaps(piece, hole)) return [piece];
      const left = { ...piece, last: hole.first - 1n };
      const right = { ...piece, first: hole.last + 1n };
      return [left, right].filter(({ first, last }) => first <= last);
    });
  }
  return rest;
}

export function pointOf({ family, value }: Address): Interval {
  return { family, first: value, last: value };
}

/** Canonical text: dotted IPv4, IPv6 in full groups with the longest run of zeros left out. */
export function formatAddress({ family, value }: Address): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => ((value >> shift) & 255n).toString()).join(".");
  const groups = Array.from({ length: 8 }, (_, index) => (value >> BigInt(112 - 16 * index)) & 0xffffn);
  const text = groups.map((group) => group.toString(16)).join(":");
  const runs = text.match(/(?:^|:)0(?::0)+(?=:|$)/g) ?? [];
  const longest = runs.toSorted((a, b) => b.length - a.length)[0];
  if (longest === undefined) return text;
  const at = text.indexOf(longest);
  return `${text.slice(0, at)}::${text.slice(at + longest.length).replace(/^:/, "")}`;
}
