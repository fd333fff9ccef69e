/**
 * What a policy says of detectors that run elsewhere: which ones it asks, and which of their entities count.
 *
 * Owns those rules. Never asks anybody: the server does.
 */
import { ConfigurationError } from "./errors.ts";

/** Name of each remote detector that exists to what it may find, in our words. */
export type RemoteEntities = Readonly<Record<string, readonly string[]>>;

export interface RemoteRules {
  /** Names of the detectors that are asked; empty: none. */
  readonly detectors: readonly string[];
  /** What of theirs is masked; what the policy keeps is not among them. */
  readonly entities: ReadonlySet<string>;
  /** True for a text on the policy's list of values that stay. */
  isAllowed(text: string): boolean;
}

/** What all remote detectors of a policy may find. @throws ConfigurationError `BAD_CONFIG` for a name that is none. */
export function remoteEntitiesOf(names: readonly string[], known: RemoteEntities): readonly string[] {
  names.forEach((name, index) => {
    if (Object.hasOwn(known, name)) return;
    const all = Object.keys(known);
    const hint = all.length === 0 ? "there is none under remoteDetectors" : `there are ${all.join(", ")}`;
    throw new ConfigurationError("BAD_CONFIG", `no such remote detector; ${hint}`, ["remoteDetectors", String(index)]);
  });
  return [...new Set(names.flatMap((name) => known[name] ?? []))];
}
