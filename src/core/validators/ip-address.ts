/** Reads IP addresses as RFC 4291 and RFC 5952 write them. Strict: no octal, no short forms. */

const OCTET = /^(?:0|[1-9]\d{0,2})$/;
const HEX_GROUP = /^[0-9A-Fa-f]{1,4}$/;

/** Four decimal octets of 0 to 255, without leading zeros. */
export function isIpv4(text: string): boolean {
  const octets = text.split(".");
  return octets.length === 4 && octets.every((octet) => OCTET.test(octet) && Number(octet) <= 255);
}

export interface Ipv6Shape {
  /** Groups as written; an IPv4 ending is one of them. */
  readonly groups: readonly string[];
  /** A `::` stands for the groups left out. */
  readonly isCompressed: boolean;
}

/** The groups of an address without zone and prefix length; undefined when it is none. */
export function parseIpv6(text: string): Ipv6Shape | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const last = text.slice(text.lastIndexOf(":") + 1);
  const hasIpv4 = last.includes(".");
  if (hasIpv4 && !isIpv4(last)) return undefined;
  if (!(hasIpv4 ? groups.slice(0, -1) : groups).every((group) => HEX_GROUP.test(group))) return undefined;
  const isCompressed = halves.length === 2;
  const count = groups.length + (hasIpv4 ? 1 : 0);
  return (isCompressed ? count <= 7 : count === 8) ? { groups, isCompressed } : undefined;
}
