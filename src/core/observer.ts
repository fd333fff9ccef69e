/** What a host may count. Names and numbers only: nothing here can carry payload. */
export interface MaskObserver {
  /** `count` findings of one entity were replaced. */
  masked(entity: string, operator: string, count: number): void;
  /** A path of the policy kept a value in which detectors find these entities: one call for each. Left out: nobody looks. */
  kept?(policy: string, entity: string): void;
  /** A record or stream was not parsed, or an event dropped; `reason` is an error code or a fixed word. */
  invalid(reason: string): void;
  /** A table of an automaton was full and is built anew. Left out: nobody is told. */
  readonly cleared?: () => void;
  /** An unfinished last SSE event was dropped. */
  truncated(): void;
}

export const NO_OBSERVER: MaskObserver = { masked() {}, invalid() {}, truncated() {} };
