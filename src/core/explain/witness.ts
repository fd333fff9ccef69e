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
  /** The name that tells a value, where it stands in another field than the value. */
  readonly teller?: string | undefined;
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
  const { contextPattern, contextScan: _, ...rest } = detector;
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

/** The edits are disjoint and in order. O((edits + witness) × log edits). */
export function maskedBy(edits: readonly Edit[], witness: readonly Testimony[], path: string): Unvalued[] {
  const inside = new Map<Edit, Testimony>();
  const anywhere = new Map<string, Testimony>();
  for (const one of witness) {
    if (one.score <= 0) continue;
    anywhere.set(one.entity, better(anywhere.get(one.entity), one));
    for (let at = firstBehind(edits, one.start); at < edits.length && edits[at].start < one.end; at++) {
      const edit = edits[at];
      if (edit.entity === one.entity) inside.set(edit, better(inside.get(edit), one));
    }
  }
  return edits.map((edit) => {
    const { start, end, entity } = edit;
    const testimony = entity === FIELD ? undefined : (inside.get(edit) ?? anywhere.get(entity));
    return { verdict: "masked", entity, path, start, end, testimony };
  });
}

/** Of each detector and place the longest that it refused, where nothing was masked. */
export function refusedIn(witness: readonly Testimony[], edits: readonly Edit[], threshold: number): Unvalued[] {
  const refused = new Map<string, Testimony>();
  for (const one of witness) {
    const near = edits[firstBehind(edits, one.start)];
    const isCovered = near !== undefined && near.start < one.end;
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

/** Index of the first edit that ends behind the offset. */
function firstBehind(edits: readonly Edit[], offset: number): number {
  let low = 0;
  let high = edits.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edits[middle].end <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function better(known: Testimony | undefined, one: Testimony): Testimony {
  if (known === undefined) return one;
  const lead = one.score - known.score || one.end - one.start - (known.end - known.start);
  return lead > 0 ? one : known;
}
