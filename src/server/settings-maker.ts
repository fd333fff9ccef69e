/**
 * From a configuration to the settings in force: policies, and who checks tokens.
 *
 * Owns the keys of the settings that were made last. What cannot take effect is refused, and then nothing has changed.
 */
import { type KeyRing, StreamError } from "../core/index.ts";
import { Authenticator } from "./auth/authenticator.ts";
import { ConfigRefusal } from "./config/config-refusal.ts";
import type { ServerConfig, Viewed } from "./config/config.ts";
import { refuseViews } from "./feeds/view-rules.ts";
import { createMaskCounts } from "./masking/mask-counts.ts";
import { PolicySet } from "./masking/policy-set.ts";
import type { OpenStage } from "./masking/stage.ts";
import type { Ports } from "./ports.ts";
import type { openRemoteDetectors } from "./remote/index.ts";
import type { Settings } from "./services.ts";
import type { Metrics } from "./telemetry/metrics.ts";

export interface SettingsOptions {
  /** For operators that need a key and for tokens of upstream ids; absent: policies that need one are refused. */
  readonly keys?: KeyRing;
  /** Key of issuers that sign with HS256, HS384 or HS512. */
  readonly jwtSecret?: Uint8Array;
  /** What speaks to `remoteDetectors`; a host that brings none refuses a configuration with some. */
  readonly openRemote?: typeof openRemoteDetectors;
}

interface MakerParts {
  /** Their `fetch` goes where the egress list allows. */
  readonly ports: Ports;
  readonly metrics: Metrics;
  readonly options: SettingsOptions;
}

interface Before {
  readonly previous?: Settings | undefined;
  /** Keys that take the place of those in force. */
  readonly keys?: KeyRing | undefined;
}

export class SettingsMaker {
  readonly #parts: MakerParts;
  readonly #observer: ReturnType<typeof createMaskCounts>;
  #keys: KeyRing | undefined;

  constructor(parts: MakerParts) {
    this.#parts = parts;
    this.#observer = createMaskCounts(parts.metrics);
    this.#keys = parts.options.keys;
  }

  /**
   * Some milliseconds for each policy that `previous` has not.
   * @throws ConfigRefusal, or StreamError `BAD_CONFIG`, `KEY_MISSING`, for what cannot take effect.
   */
  make(config: ServerConfig, { previous, keys = this.#keys }: Before = {}): Settings {
    const policies = this.#compile(config, { previous, keys });
    checkUses(config, policies);
    this.#refuse(config, keys !== undefined);
    for (const name of config.detokenize?.policies ?? []) policies.restorerOf(name);
    // One that goes on keeps the public keys that it has fetched.
    const isKept = JSON.stringify(previous?.config.auth) === JSON.stringify(config.auth);
    const authenticator = isKept ? previous?.authenticator : this.#authenticatorOf(config);
    this.#keys = keys;
    return { config, policies, authenticator };
  }

  #compile(config: ServerConfig, { previous, keys }: Before): PolicySet {
    const { ports } = this.#parts;
    return PolicySet.compile(config, {
      keys,
      observer: this.#observer,
      openStage: this.#openStages(config),
      checksOf: ports.checksOf,
      restore: ports.reversal?.compile,
      previous: previous?.policies,
    });
  }

  #refuse(config: ServerConfig, hasKeys: boolean): void {
    const { reversal } = this.#parts.ports;
    const [first, ...others] = [...refuseViews(config), ...(reversal?.refuse(config, { hasKeys }) ?? [])];
    if (first !== undefined) throw new ConfigRefusal(first, ...others);
  }

  /** @throws StreamError `BAD_CONFIG` when the host speaks to nobody. */
  #openStages({ remoteDetectors = {} }: ServerConfig): OpenStage | undefined {
    const { ports, metrics, options } = this.#parts;
    if (Object.keys(remoteDetectors).length === 0) return undefined;
    if (options.openRemote === undefined) throw new StreamError("BAD_CONFIG");
    return options.openRemote(remoteDetectors, { ports, metrics });
  }

  #authenticatorOf({ auth }: ServerConfig): Authenticator | undefined {
    if (auth === undefined) return undefined;
    const { ports, metrics, options } = this.#parts;
    return new Authenticator({
      config: auth,
      jwtSecret: options.jwtSecret,
      fetch: ports.fetch,
      clock: ports.clock,
      onKeyFetch: (result) => metrics.add("key_fetches_total", 1, result),
    });
  }
}

/** @throws StreamError `BAD_CONFIG` when a feed or relay names a policy that does not exist. */
function checkUses(config: ServerConfig, policies: PolicySet): void {
  const used: readonly Viewed[] = [...Object.values(config.feeds), ...Object.values(config.relays)];
  const names = used.flatMap(({ policy, views }) => [policy, ...Object.values(views)]);
  if (names.some((name) => policies.get(name) === undefined)) throw new StreamError("BAD_CONFIG");
}
