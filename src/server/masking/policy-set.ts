/**
 * All policies of one configuration, compiled: immutable, so that whoever reads the set once sees no mix of two.
 *
 * Owns which policy stays the same object when a configuration follows another: whose text is the same.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import {
  compilePolicy,
  type compileRestorer,
  ConfigurationError,
  type KeyRing,
  type MaskObserver,
  type Policy,
  type PolicyOptions,
  type PolicySpec,
  type RemoteEntities,
  type Restorer,
  StreamError,
} from "../../core/index.ts";
import { ConfigRefusal, type RefusalReason } from "../config/config-refusal.ts";
import type { ServerConfig } from "../config/config.ts";
import { extendPolicy, placeIn } from "../config/extend-policy.ts";
import { writeOneWay } from "../config/one-way.ts";
import type { OpenStage, Stage } from "./stage.ts";
import { hexOf } from "../hex.ts";
import { encodeText } from "../text.ts";
import { observedBy } from "./mask-counts.ts";

/** What the packs of a policy ask of others; nothing where it cannot be had, which the compiler refuses. */
export type ChecksOf = (spec: PolicySpec) => Pick<PolicyOptions, "phoneCheck">;

export interface PolicySetParts {
  readonly keys?: KeyRing | undefined;
  readonly observer: MaskObserver;
  /** Opens what policies ask of others; absent where they may ask nobody. */
  readonly openStage?: OpenStage | undefined;
  readonly checksOf?: ChecksOf | undefined;
  /** Compiles the way back; absent where nobody turns values back. */
  readonly restore?: typeof compileRestorer | undefined;
  /** The set to follow: what is the same is taken from it. */
  readonly previous?: PolicySet | undefined;
}

interface Compiled {
  readonly policy: Policy;
  /** The policy in full, written one way only. */
  readonly text: string;
  readonly stage: Stage | undefined;
  /** The way back, compiled when it is first asked for. */
  readonly restorer: () => Restorer;
  /** True for what `restorer` has given. */
  readonly isRestorer: (policy: Policy) => boolean;
}

type PolicySource = Pick<ServerConfig, "policies" | "limits" | "remoteDetectors">;

const NONE: ReadonlyMap<string, Compiled> = new Map();
const MARK_BYTES = 8;

export class PolicySet {
  readonly #compiled: ReadonlyMap<string, Compiled>;

  private constructor(compiled: ReadonlyMap<string, Compiled>) {
    this.#compiled = compiled;
  }

  /** Some milliseconds a policy. @throws ConfigRefusal with what is wrong with each that cannot be compiled. */
  static compile(config: PolicySource, parts: PolicySetParts): PolicySet {
    const { policies } = config;
    const known = parts.previous === undefined ? NONE : parts.previous.#compiled;
    const compile = compilerOf(config, parts);
    const compiled = new Map<string, Compiled>();
    const reasons: RefusalReason[] = [];
    for (const name of Object.keys(policies)) {
      try {
        compiled.set(name, compile(name, known.get(name)));
      } catch (thrown) {
        if (!(thrown instanceof ConfigurationError)) throw thrown;
        reasons.push({ path: placeIn(policies, name, thrown.at), code: thrown.code, reason: thrown.reason });
      }
    }
    const [first, ...others] = reasons;
    if (first !== undefined) throw new ConfigRefusal(first, ...others);
    return new PolicySet(compiled);
  }

  /** The same policies, whose work is told to this observer and to nobody else, and who ask nobody. Compiles nothing. */
  apart(observer: MaskObserver): PolicySet {
    const own = [...this.#compiled].map(([name, one]): [string, Compiled] => {
      return [name, { ...one, policy: observedBy(one.policy, observer), stage: undefined }];
    });
    return new PolicySet(new Map(own));
  }

  get(name: string): Policy | undefined {
    return this.#compiled.get(name)?.policy;
  }

  /** What this policy asks of others; undefined when it asks nobody. */
  stageOf(policy: Policy): Stage | undefined {
    return this.#compiled.get(policy.name)?.stage;
  }

  /**
   * Turns back what this policy writes, and nothing else of its tenant. Some milliseconds the first time.
   * @throws StreamError `POLICY_UNKNOWN`, `KEY_MISSING`, `BAD_CONFIG`.
   */
  restorerOf(name: string): Restorer {
    const compiled = this.#compiled.get(name);
    if (compiled === undefined) throw new StreamError("POLICY_UNKNOWN");
    return compiled.restorer();
  }

  /**
   * Names this policy and the event types that pass, in what a broker holds: whoever masks the same way has the same
   * mark, in another process too. 16 hex digits, which say nothing of the policy.
   */
  markOf(policy: Policy, eventTypes: readonly string[]): string {
    const text = this.#compiled.get(policy.name)?.text ?? "";
    const digest = sha256(encodeText(JSON.stringify([text, eventTypes])));
    return hexOf(digest.subarray(0, MARK_BYTES));
  }

  /** How many of these policies are not those of the other set. */
  countChanged(other: PolicySet): number {
    return [...this.#compiled.values()].filter(({ policy }) => !other.holds(policy)).length;
  }

  /** True when this very policy, or this way back of one, is of the set. */
  holds(policy: Policy): boolean {
    const compiled = this.#compiled.get(policy.name);
    return compiled !== undefined && (compiled.policy === policy || compiled.isRestorer(policy));
  }
}

/** What compiles the policy of a name: `known` is what it is where its text has stayed the same. */
function compilerOf(
  { policies, limits, remoteDetectors = {} }: PolicySource,
  { keys, observer, openStage, checksOf, restore }: PolicySetParts,
): (name: string, known: Compiled | undefined) => Compiled {
  const { lineLimitBytes, jsonDepthLimit, nestedJsonDepth, joinLimitBytes, joinLimitEvents, holdbackLimitBytes } =
    limits;
  const recordLimits = { lineLimitBytes, jsonDepthLimit, nestedJsonDepth };
  const options = {
    limits: { ...recordLimits, joinLimitBytes, joinLimitEvents, holdbackLimitBytes },
    observer,
    remote: remoteEntities(remoteDetectors),
    ...(keys === undefined ? {} : { keys }),
  };
  return (name, known) => {
    const spec = extendPolicy(policies, name);
    const asked = (spec.remoteDetectors ?? []).map((one) => remoteDetectors[one]);
    const text = writeOneWay([spec, recordLimits, keys?.print, ...asked]);
    if (known?.text === text) return known;
    const policy = compilePolicy(spec, { name, ...options, ...checksOf?.(spec) });
    const compileWayBack = (): Restorer => {
      if (keys === undefined) throw new StreamError("KEY_MISSING");
      if (restore === undefined) throw new StreamError("BAD_CONFIG");
      return restore(spec, { name, ...options, keys, opens: "policy" });
    };
    return { text, policy, stage: openStage?.(policy), ...wayBack(compileWayBack) };
  };
}

/** Compiles it when it is first asked for, and knows it again. */
function wayBack(compile: () => Restorer): Pick<Compiled, "restorer" | "isRestorer"> {
  let restorer: Restorer | undefined;
  return { restorer: () => (restorer ??= compile()), isRestorer: (one) => one === restorer };
}

/** What each remote detector may find, in our words. */
export function remoteEntities(configs: NonNullable<ServerConfig["remoteDetectors"]>): RemoteEntities {
  return Object.fromEntries(Object.entries(configs).map(([name, { entities }]) => [name, Object.values(entities)]));
}
