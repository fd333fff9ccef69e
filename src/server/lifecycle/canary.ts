/**
 * Tries again and again what our network policy forbids, so that a policy which nobody enforces is noticed.
 *
 * Owns the schedule, the metric and who waits for the answer. The sockets are the host's (`Dial`).
 */
import type { CanaryConfig } from "../config/config.ts";
import type { ServerLimits } from "../config/limits.ts";
import { Enforcement, judge, type PolicyState } from "../network/enforcement.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Clock } from "../host/clock.ts";
import type { Dial, Endpoint } from "../network/dial.ts";
import type { Log } from "../telemetry/log.ts";

export interface CanaryOptions {
  readonly config: CanaryConfig;
  readonly limits: Pick<ServerLimits, "canaryIntervalMs" | "canaryTimeoutMs">;
  readonly ports: { readonly clock: Clock; readonly log: Log };
  readonly dial: Dial;
  readonly metrics: Metrics;
}

/** Until the policies are known to be in force nobody should wait for a whole interval. */
const SETTLING_MS = 1_000;
const ENDPOINT = /^(?:\[([0-9A-Fa-f:.]+)\]|([0-9A-Za-z.-]+)):([1-9]\d{0,4})$/;
const PORT_LIMIT = 65_535;

const LEVELS = { enforced: "info", open: "error", unknown: "warn" } as const satisfies Record<PolicyState, keyof Log>;

/** `host:port`, an IPv6 address in brackets; undefined when it is neither. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const [, address, name, digits] = ENDPOINT.exec(text) ?? [];
  const listenPort = Number(digits);
  return listenPort <= PORT_LIMIT ? { host: address ?? name, listenPort } : undefined;
}

/**
 * What the control port says: that the same program listens on the forbidden port, too. Otherwise a port that nobody
 * has would pass for one that a policy closes.
 */
export function greetingOf(forbidden: Pick<Endpoint, "listenPort">): string {
  return `maskwire-canary ${forbidden.listenPort}\n`;
}

/** Something that others may wait for. */
class Moment {
  reach: () => void = () => {};
  readonly reached = new Promise<void>((resolve) => (this.reach = resolve));
}

export class Canary {
  readonly #options: CanaryOptions;
  readonly #enforcement = new Enforcement();
  readonly #enforced = new Moment();
  readonly #lost = new Moment();
  #wasEnforced = false;
  #isRunning = false;

  constructor(options: CanaryOptions) {
    this.#options = options;
  }

  get state(): PolicyState {
    return this.#enforcement.state;
  }

  /** False while required policies are not known to be in force. */
  get isReady(): boolean {
    return !this.#isRequired || this.state === "enforced";
  }

  /** True when nothing may be served before the policies are in force. */
  get #isRequired(): boolean {
    return this.#options.config.mode === "require";
  }

  /** Resolves when the policies are in force for the first time; at once when that is not required. */
  async untilEnforced(): Promise<void> {
    if (this.#isRequired) await this.#enforced.reached;
  }

  /** Resolves when required policies are no longer in force. */
  async untilLost(): Promise<void> {
    await this.#lost.reached;
  }

  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#probe();
  }

  stop(): void {
    this.#isRunning = false;
  }

  async #probe(): Promise<void> {
    const { config, dial, limits, ports } = this.#options;
    const forbidden = parseEndpoint(config.forbidden) as Endpoint;
    const control = parseEndpoint(config.control) as Endpoint;
    const [controlOutcome, forbiddenOutcome] = await Promise.all([
      dial(control, { limitMs: limits.canaryTimeoutMs, greeting: greetingOf(forbidden) }),
      dial(forbidden, { limitMs: limits.canaryTimeoutMs }),
    ]);
    if (!this.#isRunning) return;
    const before = this.state;
    this.#enforcement.observe(judge(controlOutcome, forbiddenOutcome));
    if (this.state !== before) this.#changed();
    const { canaryIntervalMs } = limits;
    const isSettled = this.state === "enforced";
    ports.clock.after(isSettled ? canaryIntervalMs : Math.min(canaryIntervalMs, SETTLING_MS), () => void this.#probe());
  }

  #changed(): void {
    const { metrics, ports } = this.#options;
    ports.log[LEVELS[this.state]]("policy-state", { state: this.state });
    if (this.state === "unknown") metrics.clear("policy_enforced");
    else metrics.set("policy_enforced", this.state === "enforced" ? 1 : 0);
    if (this.state === "enforced") {
      this.#wasEnforced = true;
      this.#enforced.reach();
    }
    if (this.state === "open" && this.#wasEnforced && this.#isRequired) this.#lost.reach();
  }
}
