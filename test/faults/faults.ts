/**
 * What may break while an event is masked, kept or written, one fault a row.
 *
 * Owns how each is broken and what it does to a feed and to a stream. Every error that is thrown here quotes a raw value, as
 * foreign errors do: whoever passes one on has let it out. Runs on every host.
 */
import { BUILT_IN } from "../../src/core/detectors/index.ts";
import { Output } from "../../src/core/formats/format-masker.ts";
import type { PolicySpec } from "../../src/core/index.ts";
import { MatchEnds } from "../../src/core/match-ends.ts";
import { CompiledOperator } from "../../src/core/operators/index.ts";
import { RecentlyUsed } from "../../src/core/operators/cache.ts";
import { ScanLoop } from "../../src/core/scan-loop.ts";
import { Batch } from "../../src/server/subscribers/batch.ts";
import { FrameCache } from "../../src/server/subscribers/frame-cache.ts";
import { History } from "../../src/server/history/history.ts";

/** Longest event and line of the servers that the faults are tried on. */
export const LIMIT_BYTES = 2_048;

/** What a feed makes of the event that meets the fault; the events around it arrive in any case. */
export type FeedOutcome =
  | "refused"
  /** Readers are told of a gap. */
  | "gap"
  /** Readers are cut off, and find everything when they come back. */
  | "cut"
  | "masked";

export interface Fault {
  readonly name: string;
  readonly policy?: PolicySpec;
  /** Breaks the host's code and returns the repair; absent: the event itself is the fault. */
  readonly arm?: (raise: () => never, host: { readonly hmac: object }) => () => void;
  /** The configuration that comes in between: a stricter one, which ends old streams; or one that does not hold. */
  readonly reload?: "live" | "refused";
  /** The event that meets the fault, made of a harmless one. */
  readonly spoil?: (event: string) => string;
  /** Exits whose bytes do not pass there. */
  readonly spares?: readonly string[];
  readonly feed: FeedOutcome;
  /** What becomes of a mask stream: it breaks off where the fault is, or the fault is out of its way. */
  readonly stream: "broken" | "masked";
}

const masking = { feed: "refused", stream: "broken" } as const;
const invisible = { stream: "masked" } as const;

/** Puts `broken` in the place of a property, wherever on the chain it is; returns the repair. */
function replace(holder: object, name: string, broken: PropertyDescriptor): () => void {
  const before = Object.getOwnPropertyDescriptor(holder, name);
  Object.defineProperty(holder, name, { ...broken, configurable: true });
  return () =>
    void (before === undefined ? delete (holder as never)[name] : Object.defineProperty(holder, name, before));
}

const breakMethod =
  (holder: object, name: string): NonNullable<Fault["arm"]> =>
  (raise) =>
    replace(holder, name, { value: raise, writable: true });

/** What each of them does to a value it has in hand is looked up first. */
const KEYED: readonly (readonly [string, NonNullable<PolicySpec["operators"]>])[] = [
  ["pseudonym", { EMAIL: { operator: "pseudonym" } }],
  ["pseudonym, as a fake", { EMAIL: { operator: "pseudonym", fake: "email" } }],
  ["encrypt", { EMAIL: { operator: "encrypt" } }],
  ["fpe", { CREDIT_CARD: { operator: "fpe", keepFirst: 0 } }],
];

/** What these do is arithmetic on the bytes in hand: the call itself is broken. */
const KEYLESS: readonly (readonly [string, PolicySpec])[] = [
  ["redact", {}],
  ["redact, with a template", { operators: { default: { operator: "redact", template: "<{entity}>" } } }],
  ["mask", { operators: { default: { operator: "mask", keepLast: 4 } } }],
  ["generalize", { onInvalid: "drop", fields: { mail: { operator: "generalize", to: "year" } } }],
];

export const FAULTS: readonly Fault[] = [
  { name: "nothing", feed: "masked", ...invisible },
  {
    name: "an operator throws",
    policy: { operators: { default: { operator: "hash" } } },
    arm: (raise, { hmac }) => replace(hmac, "digest", { value: raise, writable: true }),
    ...masking,
  },
  ...KEYED.map(([name, operators]): Fault => ({
    name: `the operator ${name} throws`,
    policy: { operators },
    arm: breakMethod(RecentlyUsed.prototype, "get"),
    ...masking,
  })),
  ...KEYLESS.map(([name, policy]): Fault => ({
    name: `the operator ${name} throws`,
    policy,
    arm: breakMethod(CompiledOperator.prototype, "replace"),
    ...masking,
  })),
  {
    name: "a validator throws",
    arm: (raise) => {
      const repairs = BUILT_IN.map((detector) => replace(detector, "validate", { value: raise, writable: true }));
      return () => repairs.forEach((repair) => repair());
    },
    ...masking,
  },
  { name: "the matcher throws", arm: breakMethod(MatchEnds.prototype, "at"), ...masking },
  { name: "the scanner throws", arm: breakMethod(ScanLoop.prototype, "run"), ...masking },
  { name: "no memory is left for the output", arm: breakMethod(Output.prototype, "take"), ...masking },
  {
    name: "a record is over its budget of memory",
    policy: { onInvalid: "close" },
    spoil: (event) => `${event.slice(0, -1)},"x":"${"poison.secret@acme.com ".repeat(LIMIT_BYTES / 16)}"}`,
    ...masking,
  },
  {
    name: "the policy refuses what it cannot read",
    policy: { onInvalid: "close" },
    // Valid JSON to the producer's framing, too deep for the policy.
    spoil: (event) => `${event.slice(0, -1)},"x":${"[".repeat(300)}"poison.secret@acme.com"${"]".repeat(300)}}`,
    ...masking,
  },
  { name: "the history cannot be written", arm: breakMethod(History.prototype, "append"), feed: "gap", ...invisible },
  { name: "a frame cannot be encoded", arm: breakMethod(FrameCache.prototype, "frameOf"), feed: "cut", ...invisible },
  {
    name: "a subscriber cannot be written to",
    arm: (raise) => replace(Batch.prototype, "joined", { get: raise }),
    spares: ["WebSocket", "WebSocket, published over one"],
    feed: "cut",
    ...invisible,
  },
  {
    name: "a stricter configuration is taken over",
    policy: { operators: { CREDIT_CARD: { operator: "mask", keepLast: 4 } } },
    reload: "live",
    feed: "masked",
    stream: "broken",
  },
  { name: "a configuration is refused", reload: "refused", feed: "masked", ...invisible },
];

/** For hosts whose configuration cannot change while they run. */
export const FIXED_FAULTS = FAULTS.filter(({ reload }) => reload === undefined);

/** The events: one before the fault, the one that meets it, one after it. */
export const EVENTS = [
  `{"n":1,"mail":"before.secret@acme.com","card":"4111 1111 1111 1111"}`,
  `{"n":2,"mail":"poison.secret@acme.com","card":"5555 5555 5555 4444"}`,
  `{"n":3,"mail":"after.secret@acme.com","card":"3782 822463 10005"}`,
] as const;

/** Pieces of the raw values: none of them may turn up anywhere. With a space behind, for a metric may hold any digits. */
export const RAW = ["secret@", "before.secret", "poison.secret", "after.secret", "4111 ", "5555 ", "822463 "] as const;

/** One fault of the table, armed and counted. */
export class Trap {
  #repair: (() => void) | undefined;
  /** How often the broken code was run. */
  fired = 0;

  arm({ arm }: Fault, host: { readonly hmac: object }): void {
    this.fired = 0;
    this.#repair = arm?.(() => {
      this.fired++;
      throw new RangeError(EVENTS[1]);
    }, host);
  }

  repair(): void {
    this.#repair?.();
    this.#repair = undefined;
  }
}
