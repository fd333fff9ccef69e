/**
 * What detectors say while a policy masks, and what that explains.
 *
 * Owns the witness: detectors are asked as always, only more often, since their quick refusals are left out.
 */
import { TextCandidate } from "../candidate.ts";
import type { Detector } from "../detector.ts";
import type { Edit } from "../edit.ts";
import { compileEngine } from "../engine.ts";
import { FIELD } from "../finding.ts";
import { KeyedValues } from "../keyed-values.ts";
import { NO_OBSERVER } from "../observer.ts";
import type { Policy } from "../policy.ts";

/** What a detector said of a candidate. */
export interface Testimony {
  readonly entity: string;
  readonly start: number;
  readonly end: number;
  /** As folded: what the detector saw. */
  readonly text: string;
  readonly score: number;
  readonly hasContext: boolean;
}

export interface Explanation {
  /** `masked`, or `refused`: a detector looked at it and said no. */
  readonly verdict: "masked" | "refused";
  readonly entity: string;
  /** Where a field has a name: a JSON path, a column, a form's field, `data` of an event; "" for text. */
  readonly path: string;
  /** Bytes of the input. */
  readonly start: number;
  readonly end: number;
  /** What decided: the best testimony; undefined when a name or a path did. */
  readonly testimony: Testimony | undefined;
  /** What stood there, with the bytes of the input. */
  readonly value: Uint8Array;
}

/** A policy, and what its detectors have said since somebody emptied the list. */
export interface Witnessing {
  readonly policy: Policy;
  readonly witness: Testimony[];
}

/** The policy with detectors that tell what they say, and without what would keep them from being asked. */
export function watch(policy: Policy, witness: Testimony[]): Policy {
  const detectors = policy.detectors.map((detector) => watchOne(detector, witness));
  const engine = compileEngine(detectors, { threshold: policy.engine.threshold, needsText: () => true });
  const keyedValues = new KeyedValues(engine);
  return {
    ...policy,
    detectors,
    engine,
    keyedValues,
    passesClean: false,
    drops: undefined,
    onInvalid: "mask-as-text",
    observer: NO_OBSERVER,
  };
}

function watchOne(detector: Detector, witness: Testimony[]): Detector {
  const { contextPattern, ...rest } = detector;
  const { entity, pattern } = detector;
  return {
    ...rest,
    pattern: contextPattern === undefined ? pattern : `(?:${pattern})|(?:${contextPattern})`,
    needsContext: false,
    mayMatch: () => true,
    mayEnd: () => true,
    validate(candidate) {
      const score = detector.validate(candidate);
      const { text, hasContext } = candidate;
      if (candidate instanceof TextCandidate) witness.push({ entity, ...candidate.span, text, score, hasContext });
      return score;
    },
  };
}

export interface Witnessed {
  readonly edits: readonly Edit[];
  readonly witness: readonly Testimony[];
}

export function explainEdits(policy: Policy, input: Uint8Array, { edits, witness }: Witnessed): Explanation[] {
  return [...maskedBy(edits, witness, ""), ...refusedIn(witness, edits, policy.engine.threshold)]
    .map((one) => ({ ...one, value: input.subarray(one.start, one.end) }))
    .toSorted((x, y) => x.start - y.start);
}

export type Unvalued = Omit<Explanation, "value">;

export function maskedBy(edits: readonly Edit[], witness: readonly Testimony[], path: string): Unvalued[] {
  return edits.map(({ start, end, entity }) => {
    const own = witness.filter((one) => one.entity === entity && one.score > 0);
    const inside = own.filter((one) => one.start < end && one.end > start);
    const testimony = entity === FIELD ? undefined : best(inside.length > 0 ? inside : own);
    return { verdict: "masked", entity, path, start, end, testimony };
  });
}

/** Of each detector and place the longest that it refused, where nothing was masked. */
export function refusedIn(witness: readonly Testimony[], edits: readonly Edit[], threshold: number): Unvalued[] {
  const refused = new Map<string, Testimony>();
  for (const one of witness) {
    const isCovered = edits.some((edit) => one.start < edit.end && one.end > edit.start);
    const key = `${one.entity} ${one.start}`;
    const known = refused.get(key);
    if (isCovered || one.score >= threshold || (known !== undefined && known.end >= one.end)) continue;
    refused.set(key, one);
  }
  return [...refused.values()].map((testimony) => {
    const { entity, start, end } = testimony;
    return { verdict: "refused", entity, path: "", start, end, testimony };
  });
}

function best(all: readonly Testimony[]): Testimony | undefined {
  return all.toSorted((a, b) => b.score - a.score || b.end - b.start - (a.end - a.start))[0];
}
