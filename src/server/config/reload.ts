/**
 * What of a configuration a running server can take over, and what it cannot.
 *
 * Owns that list (docs/operations.md has it as a table). Never changes anything.
 */
import type { RefusalReason } from "./config-refusal.ts";
import type { RelayConfig, ServerConfig } from "./config.ts";

/** A relay's upstream is opened once; only what is made of its events may change. */
const RELAY_FIXED = [
  "url",
  "unsafePlaintext",
  "headers",
  "protocols",
  "binary",
  "always",
] as const satisfies readonly (keyof RelayConfig)[];

/**
 * What network policies are made of, because streams that began under other ones end with the process; where events
 * are kept, and what may be turned back.
 */
const BOUNDARY_KEYS = [
  "canary",
  "upstreams",
  "brokers",
  "history",
  "trustedProxies",
  "ingest",
  "detokenize",
] as const satisfies readonly (keyof ServerConfig)[];

const RESTART = "cannot be changed while the server runs; restart it, or put back what was here";

/** Where the two differ in what only a restart can change; empty: nowhere. */
export function refuseFixed(before: ServerConfig, after: ServerConfig): RefusalReason[] {
  const paths = [
    ...changed(before.listeners, after.listeners).flatMap((name) =>
      changed(before.listeners[name], after.listeners[name]).map((key) => ["listeners", name, key]),
    ),
    ...changed(before.limits, after.limits).map((name) => ["limits", name]),
    ...((before.auth === undefined) === (after.auth === undefined) ? [] : [["auth"]]),
    ...BOUNDARY_KEYS.filter((key) => !isSame(before[key], after[key])).map((key) => [key]),
    ...relaysChanged(before.relays, after.relays),
  ];
  return paths.map((path) => ({ path, code: "BAD_CONFIG", reason: RESTART }));
}

function relaysChanged(before: ServerConfig["relays"], after: ServerConfig["relays"]): string[][] {
  return changed(before, after).flatMap((name) => {
    const [one, other] = [before[name], after[name]];
    if (one === undefined || other === undefined) return [["relays", name]];
    return RELAY_FIXED.filter((key) => !isSame(one[key], other[key])).map((key) => ["relays", name, key]);
  });
}

function changed<Part extends object>(before: Part, after: Part): (keyof Part & string)[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof Part & string)[];
  return keys.filter((key) => !isSame(before[key], after[key]));
}

/** Both were read by one schema, which writes keys in one order. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
