/**
 * Calls that turn values back: who may, how much, and that each is written down before anything leaves.
 *
 * Owns the order of the checks, the limits by caller and the audit records. Never sees a value.
 */
import { StreamError, toStreamError } from "../../core/index.ts";
import { type Access, type Caller, requireAction } from "../auth/access.ts";
import type { Audit, AuditRecord } from "./audit.ts";
import type { DetokenizeConfig } from "../config/config.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Clock } from "../host/clock.ts";
import type { Random } from "../host/random.ts";
import type { Log } from "../telemetry/log.ts";
import { hexOf } from "../hex.ts";
import { createPurposeMask, isPurpose } from "./purpose.ts";
import { RateLimit } from "../limits/rate-limit.ts";

export interface DetokenizerParts {
  readonly config: DetokenizeConfig;
  readonly audit: Audit;
  readonly ports: { readonly clock: Clock; readonly random: Random; readonly log: Log };
  readonly metrics: Metrics;
}

/** What a caller says of its call. */
export interface Asked {
  readonly access: Access;
  readonly policy: string;
  /** The header `Maskwire-Purpose`. */
  readonly purpose: string | undefined;
}

const CALL_BYTES = 8;
const MINUTE_SECONDS = 60;

export class Detokenizer {
  readonly #parts: DetokenizerParts;
  readonly #calls: RateLimit;
  readonly #values: RateLimit;
  readonly #clean: (purpose: string) => string;

  constructor(parts: DetokenizerParts) {
    this.#parts = parts;
    const { config } = parts;
    this.#calls = perMinute(config.callsPerMinute);
    this.#values = perMinute(config.valuesPerMinute);
    this.#clean = createPurposeMask();
  }

  /**
   * Begins one call, once its record is written. A refused one is written down too, unless nobody can be named or the
   * caller has asked too often.
   * @throws StreamError `CALLER_UNNAMED`, `CALL_LIMIT`, `PURPOSE_NEEDED`, `GRANT_MISSING`, `POLICY_UNKNOWN`,
   * `AUDIT_UNAVAILABLE`.
   */
  async begin(asked: Asked): Promise<DetokenizeCall> {
    try {
      return await this.#begin(asked);
    } catch (thrown) {
      this.#parts.metrics.add("detokenize_calls_total", 1, toStreamError(thrown).code);
      throw thrown;
    }
  }

  async #begin({ access, policy, purpose = "" }: Asked): Promise<DetokenizeCall> {
    const { config, ports } = this.#parts;
    const { caller: who } = access;
    if (who === undefined) throw new StreamError("CALLER_UNNAMED");
    if (this.#calls.take(keyOf(who), ports.clock.now()) > 0)
      throw new StreamError("CALL_LIMIT", { limit: config.callsPerMinute });
    const hasPurpose = isPurpose(purpose);
    const known = {
      call: hexOf(ports.random(CALL_BYTES)),
      who,
      ...(config.policies.includes(policy) ? { policy } : {}),
      ...(hasPurpose ? { purpose: this.#clean(purpose.trim()) } : {}),
    };
    try {
      if (!hasPurpose) throw new StreamError("PURPOSE_NEEDED");
      requireAction(access, "detokenize", [policy]);
      if (!config.policies.includes(policy)) throw new StreamError("POLICY_UNKNOWN");
    } catch (thrown) {
      await this.#write({ ...known, event: "detokenize-refused", outcome: toStreamError(thrown).code });
      throw thrown;
    }
    await this.#write({ ...known, event: "detokenize-begin" });
    const { metrics } = this.#parts;
    return new DetokenizeCall({
      mayLeave: (count) => this.#values.take(keyOf(who), ports.clock.now(), count) === 0,
      limit: config.valuesPerMinute,
      end: async (outcome, restored) => {
        metrics.add("detokenize_calls_total", 1, outcome);
        for (const [entity, count] of Object.entries(restored)) metrics.add("detokenized_total", count, policy, entity);
        await this.#write({ ...known, event: "detokenize-end", restored, outcome });
      },
    });
  }

  async #write(record: Omit<AuditRecord, "atMs">): Promise<void> {
    const { audit, ports } = this.#parts;
    try {
      await audit.append({ ...record, atMs: ports.clock.now() });
    } catch {
      ports.log.error("audit-failed");
      throw new StreamError("AUDIT_UNAVAILABLE");
    }
  }
}

interface CallParts {
  readonly mayLeave: (count: number) => boolean;
  readonly limit: number;
  readonly end: (outcome: string, restored: Readonly<Record<string, number>>) => Promise<void>;
}

/** One call under way, whose values are counted before they leave. */
export class DetokenizeCall {
  readonly #parts: CallParts;
  readonly #restored = new Map<string, number>();
  #waiting = 0;
  #hasEnded = false;

  constructor(parts: CallParts) {
    this.#parts = parts;
  }

  /** A value of this entity was turned back, and has not left. */
  count(entity: string): void {
    this.#restored.set(entity, (this.#restored.get(entity) ?? 0) + 1);
    this.#waiting++;
  }

  /** To be awaited before what was turned back leaves. @throws StreamError `VALUE_LIMIT`, `AUDIT_UNAVAILABLE`. */
  async release(isLast: boolean): Promise<void> {
    const count = this.#waiting;
    if (!this.#parts.mayLeave(count)) {
      throw new StreamError("VALUE_LIMIT", { limit: this.#parts.limit });
    }
    this.#waiting = 0;
    if (isLast) await this.#end("COMPLETE");
  }

  /** Writes the end of a call that ended in another way; nothing leaves any more. Never throws. */
  close(failure: unknown): void {
    const outcome = failure === undefined ? "CANCELLED" : toStreamError(failure).code;
    this.#end(outcome).catch(() => undefined);
  }

  async #end(outcome: string): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    await this.#parts.end(outcome, Object.fromEntries(this.#restored));
  }
}

function perMinute(limit: number): RateLimit {
  return new RateLimit({ perSecond: limit / MINUTE_SECONDS, burst: limit });
}

/** An API key and a JWT of the same name are two callers. */
function keyOf({ name, issuer }: Caller): string {
  return JSON.stringify([issuer, name]);
}
