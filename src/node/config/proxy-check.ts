/** What is wrong with the ranges of `trustedProxies`: each has to be one, and not all addresses. */
import { hasHostBits, parseRange } from "../../server/network/cidr.ts";
import type { FileConfig } from "./schema.ts";
import { RANGE_TEXT, type Fault } from "./zone-check.ts";

export function checkProxies({ trustedProxies }: FileConfig): Fault[] {
  return (trustedProxies?.cidrs ?? []).flatMap((text, index) => {
    const fault = faultOf(text);
    return fault === undefined ? [] : [{ path: ["trustedProxies", "cidrs", index], text: fault }];
  });
}

function faultOf(text: string): string | undefined {
  const range = parseRange(text);
  if (range === undefined) return RANGE_TEXT;
  if (range.prefix === 0)
    return "believes everybody: each client could then choose its address; write the proxies' own range";
  return hasHostBits(range) ? "has bits behind its prefix; write the first address of the range" : undefined;
}
