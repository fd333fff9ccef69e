/**
 * All policies of one configuration, compiled: immutable, so that whoever reads the set once sees no mix of two.
 *
 * Owns which policy stays the same object when a configuration follows another: whose text is the same.
 */
import { compilePolicy, type Hmac, type MaskObserver, type Policy } from "../core/index.ts";
import type { ServerConfig } from "./config.ts";
import { extendPolicy } from "./extend-policy.ts";

export interface PolicySetParts {
  readonly hmac?: Hmac | undefined;
  readonly observer: MaskObserver;
  /** The set to follow: what is the same is taken from it. */
  readonly previous?: PolicySet | undefined;
}

interface Compiled {
  readonly policy: Policy;
  /** The policy in full, written one way only. */
  readonly text: string;
}

export class PolicySet {
  readonly #compiled: ReadonlyMap<string, Compiled>;

  /** Some milliseconds a policy. @throws ConfigurationError when one of them cannot be compiled; then none is used. */
  constructor({ policies, limits }: Pick<ServerConfig, "policies" | "limits">, parts: PolicySetParts) {
    const { hmac, observer, previous } = parts;
    const { lineLimitBytes, jsonDepthLimit, nestedJsonDepth } = limits;
    const options = {
      limits: { lineLimitBytes, jsonDepthLimit, nestedJsonDepth },
      observer,
      ...(hmac === undefined ? {} : { hmac }),
    };
    this.#compiled = new Map(
      Object.keys(policies).map((name) => {
        const spec = extendPolicy(policies, name);
        const text = writeOneWay([spec, options.limits]);
        const known = previous === undefined ? undefined : previous.#compiled.get(name);
        return [name, known?.text === text ? known : { text, policy: compilePolicy(spec, { name, ...options }) }];
      }),
    );
  }

  get(name: string): Policy | undefined {
    return this.#compiled.get(name)?.policy;
  }

  /** True when this very policy is one of the set. */
  holds(policy: Policy): boolean {
    return this.get(policy.name) === policy;
  }
}

/** JSON whose keys are in order. */
function writeOneWay(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    typeof one === "object" && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
