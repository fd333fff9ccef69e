/**
 * Whether network policies are in force, as far as attempts to break one can tell.
 *
 * Owns the meaning of one attempt and how many equal ones count. Dials nobody, waits for nothing.
 */
import type { DialOutcome } from "./dial.ts";

/** `open`: a connection that our own policy forbids was made. `unknown`: nothing can be said. */
export type PolicyState = "enforced" | "open" | "unknown";

const EQUAL_RESULTS = 3;

/** `control` may be reached by our policy, `forbidden` may not, and both are ports of one program. */
export function judge(control: DialOutcome, forbidden: DialOutcome): PolicyState {
  if (forbidden === "open") return "open";
  return control === "open" && forbidden === "shut" ? "enforced" : "unknown";
}

export class Enforcement {
  #state: PolicyState = "unknown";
  #last: PolicyState = "unknown";
  #repeats = 0;

  get state(): PolicyState {
    return this.#state;
  }

  /** Three equal results make a state; a single `open` does at once. */
  observe(result: PolicyState): void {
    this.#repeats = result === this.#last ? this.#repeats + 1 : 1;
    this.#last = result;
    if (result === "open" || this.#repeats >= EQUAL_RESULTS) this.#state = result;
  }
}
