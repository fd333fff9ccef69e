/**
 * Turning values back, as one part that a host brings or does without: one that keeps no audit records does not even carry it.
 *
 * Owns nothing but the list of its pieces. Nothing else under `src/server` reaches them but by type.
 */
import { compileRestorer } from "../../core/index.ts";
import type { Audit } from "./audit.ts";
import { refuseDetokenize } from "./detokenize-rules.ts";
import { Detokenizer, type DetokenizerParts } from "./detokenizer.ts";

export interface Reversal {
  readonly compile: typeof compileRestorer;
  readonly refuse: typeof refuseDetokenize;
  open(parts: Omit<DetokenizerParts, "audit">): Detokenizer;
}

export function createReversal(audit: Audit): Reversal {
  return {
    compile: compileRestorer,
    refuse: refuseDetokenize,
    open: (parts) => new Detokenizer({ ...parts, audit }),
  };
}
