/** Why a configuration cannot take effect: every reason at once, and the key at which each stands. */
import { ConfigurationError, type ConfigurationCode } from "../../core/index.ts";

export interface RefusalReason {
  /** Keys from the root. */
  readonly path: readonly string[];
  readonly code: ConfigurationCode;
  /** Names the rule, and quotes nothing but names of the configuration. */
  readonly reason: string;
}

export class ConfigRefusal extends ConfigurationError {
  readonly reasons: readonly RefusalReason[];

  constructor(first: RefusalReason, ...others: readonly RefusalReason[]) {
    super(first.code, `${first.path.join(".")}: ${first.reason}`);
    this.reasons = [first, ...others];
  }
}
