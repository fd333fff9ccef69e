/**
 * What a policy says of fields by their paths: mask, keep, or look as anywhere else.
 *
 * Owns the automaton over steps that all paths of a policy share, built while it is walked. Immutable but for that;
 * all streams of a policy share it. Knows names as they are folded, no format.
 */
import { encodeUtf8 } from "./bytes.ts";
import type { Dropped, Drops } from "./drops.ts";
import type { Edit } from "./edit.ts";
import type { PathStep } from "./field-path.ts";
import { TEXT_KEPT_BYTES } from "./finder.ts";
import { foldSpan } from "./folded-text.ts";
import { FIELD } from "./finding.ts";
import type { Operator } from "./operators/operator.ts";

/**
 * `look`: detectors and telling names decide. `keep`: what stands there passes, whatever they say. `skip`: no path leads there,
 * and it passes unread. `join:`: as `look`, in a text that goes
 * on from record to record, one for each such path.
 */
export type Verdict = "look" | "keep" | "skip" | `join:${string}` | Operator;

export interface FieldRule {
  /** As it is written. */
  readonly path: string;
  readonly steps: readonly PathStep[];
  readonly verdict: Verdict;
}

/** Where a value stands. One without a live path keeps its verdict for all that is below. */
export interface FieldPlace {
  /** Positions in the paths, as FieldRules counts them. */
  readonly items: readonly number[];
  readonly verdict: Verdict;
  /** True when a path that hides nothing may lead on from here. */
  readonly mayShowBelow: boolean;
}

/** No path speaks of it: the text of a name, say. */
export const NOWHERE_SPECIAL: FieldPlace = { items: [], verdict: "look", mayShowBelow: false };

interface KnownPlace extends FieldPlace {
  readonly next: Map<string, KnownPlace>;
}

/** Documents choose which places are built: more than that are forgotten, and built again when they are met. */
const PLACES_LIMIT = 4096;
/** Names and indices that no path has are all alike. */
const OTHER_NAME = "?";
const OTHER_INDEX = "#";

export interface FieldOptions {
  /** Of a text that no path speaks of. */
  readonly elsewhere: "look" | "skip";
  readonly isCaseIgnored: boolean;
  /** What becomes of a value in which fields are to be told apart and cannot be. */
  readonly doubt: "hide" | "stay";
}

export class FieldRules {
  readonly root: FieldPlace;
  /** True when some path hides what is there: then what has no fields must not pass as text. */
  readonly hasOperators: boolean;
  /** True when a value in which fields cannot be told apart must be hidden. */
  readonly hidesOnDoubt: boolean;
  readonly isEmpty: boolean;
  /** What is dropped for what stands at a path. */
  readonly drops: Drops;
  /** Paths by what they say. */
  readonly counts: { readonly hidden: number; readonly kept: number; readonly looked: number };

  /** Paths that keep what detectors find, as they are written. */
  readonly kept: readonly string[];

  private readonly rules: readonly FieldRule[];
  private readonly isCaseIgnored: boolean;
  /** By item: the step that it waits for, undefined at a path's end; and the rule. */
  private readonly steps: readonly (PathStep | undefined)[];
  private readonly owners: readonly number[];
  private readonly names: ReadonlySet<string>;
  private readonly indices: ReadonlySet<number>;
  private readonly places = new Map<string, KnownPlace>();

  constructor(rules: readonly FieldRule[], { elsewhere, isCaseIgnored, doubt }: FieldOptions) {
    this.rules = rules.map((rule) => ({
      ...rule,
      steps: rule.steps.map((step) => this.foldStep(step, isCaseIgnored)),
    }));
    this.isCaseIgnored = isCaseIgnored;
    this.isEmpty = rules.length === 0;
    const count = (isMeant: (verdict: Verdict) => boolean): number =>
      rules.filter(({ verdict }) => isMeant(verdict)).length;
    this.kept = rules.flatMap(({ verdict, path }) => (verdict === "keep" ? path : []));
    this.counts = {
      hidden: count((verdict) => typeof verdict === "object"),
      kept: count((verdict) => verdict === "keep"),
      looked: count((verdict) => verdict === "look"),
    };
    this.hasOperators = this.counts.hidden > 0;
    const isDropping = (dropped: Dropped): boolean =>
      rules.some(({ verdict }) => typeof verdict === "object" && verdict.drops === dropped);
    this.drops = { field: isDropping("field"), event: isDropping("event") };
    this.hidesOnDoubt = this.hasOperators && doubt === "hide";
    this.steps = this.rules.flatMap(({ steps }) => [...steps, undefined]);
    this.owners = this.rules.flatMap(({ steps }, rule) => [...steps, undefined].map(() => rule));
    const all = this.rules.flatMap(({ steps }) => steps);
    this.names = new Set(all.flatMap((step) => (step.kind === "name" ? step.name : [])));
    this.indices = new Set(all.flatMap((step) => (step.kind === "index" ? step.index : [])));
    const starts = this.steps.flatMap((_, item) => (item === 0 || this.steps[item - 1] === undefined ? item : []));
    this.root = this.placeOf(starts, elsewhere);
  }

  /** The place of a field of this name. O(paths) the first time, then O(name). */
  field(place: FieldPlace, name: string): FieldPlace {
    if (place.items.length === 0) return place;
    const folded = this.fold(name, this.isCaseIgnored);
    return this.move(place, this.names.has(folded) ? `.${folded}` : OTHER_NAME);
  }

  /** The place of an element of an array. */
  element(place: FieldPlace, index: number): FieldPlace {
    if (place.items.length === 0) return place;
    return this.move(place, this.indices.has(index) ? `[${index}` : OTHER_INDEX);
  }

  private foldStep(step: PathStep, isCaseIgnored: boolean): PathStep {
    return step.kind === "name" ? { kind: "name", name: this.fold(step.name, isCaseIgnored) } : step;
  }

  /** A name in disguise is the name. */
  private fold(name: string, isCaseIgnored: boolean): string {
    const bytes = encodeUtf8(name);
    const folded = foldSpan(bytes, 0, bytes.length);
    return isCaseIgnored ? folded.toLowerCase() : folded;
  }

  private move(place: FieldPlace, symbol: string): FieldPlace {
    const { next } = place as KnownPlace;
    let known = next.get(symbol);
    if (known === undefined) {
      const items = place.items.flatMap((item) => this.advance(item, symbol));
      known = this.placeOf(items, place.verdict);
      next.set(symbol, known);
    }
    return known;
  }

  private advance(item: number, symbol: string): readonly number[] {
    const step = this.steps[item];
    if (step === undefined) return [];
    switch (step.kind) {
      case "anyDepth":
        return [item];
      case "any":
        return [item + 1];
      case "anyIndex":
        return symbol === OTHER_INDEX || symbol.startsWith("[") ? [item + 1] : [];
      case "index":
        return symbol === `[${step.index}` ? [item + 1] : [];
      case "name":
        return symbol === `.${step.name}` ? [item + 1] : [];
    }
  }

  private placeOf(reached: readonly number[], inherited: Verdict): KnownPlace {
    const items = [...new Set(reached.flatMap((item) => this.closure(item)))].toSorted((a, b) => a - b);
    const ended = items.filter((item) => this.steps[item] === undefined).map((item) => this.rules[this.owners[item]]);
    const verdict = decide(ended) ?? inherited;
    const alive = items.filter((item) => this.steps[item] !== undefined);
    const rule = this.rules.findIndex((one) => one.verdict === verdict);
    const key = `${typeof verdict === "string" ? verdict : rule}:${alive.join()}`;
    let place = this.places.get(key);
    if (place === undefined) {
      if (this.places.size >= PLACES_LIMIT) this.forget();
      const mayShowBelow = alive.some((item) => typeof this.rules[this.owners[item]].verdict === "string");
      place = { items: alive, verdict, mayShowBelow, next: new Map() };
      this.places.set(key, place);
    }
    return place;
  }

  /** Places in somebody's hand stay good. */
  private forget(): void {
    for (const { next } of this.places.values()) next.clear();
    this.places.clear();
  }

  /** `**` may stand for nothing. */
  private closure(item: number): readonly number[] {
    return this.steps[item]?.kind === "anyDepth" ? [item, ...this.closure(item + 1)] : [item];
  }
}

/** Of rules that end at one place hiding wins, then joining, then looking; among operators the first written. */
function decide(rules: readonly FieldRule[]): Verdict | undefined {
  const verdicts = rules.map(({ verdict }) => verdict);
  return (
    verdicts.find((verdict) => typeof verdict === "object") ??
    verdicts.find((verdict) => joinedBy(verdict) !== undefined) ??
    verdicts.find((verdict) => verdict === "look") ??
    verdicts[0]
  );
}

/** The text that a value with this verdict is a part of; undefined for one that stands alone. */
export function joinedBy(verdict: Verdict): string | undefined {
  return typeof verdict === "string" && verdict.startsWith("join:") ? verdict : undefined;
}

/** What a path says of a value: the edit of all of it, none, or undefined where detectors decide. */
export function ruledEdits({ verdict }: FieldPlace, value: Uint8Array): readonly Edit[] | undefined {
  if (verdict === "keep" || verdict === "skip") return [];
  if (typeof verdict === "string") return undefined;
  if (value.length === 0 && verdict.drops !== "field") return [];
  const text = value.length <= TEXT_KEPT_BYTES ? value : null;
  const bytes = verdict.replace({ start: 0, end: value.length, entity: FIELD, score: 1, text });
  return [{ start: 0, end: value.length, bytes, entity: FIELD }];
}

/** Hides a value in which fields cannot be told apart. */
export function hideWhole(value: Uint8Array): Edit {
  return { start: 0, end: value.length, bytes: encodeUtf8(`[${FIELD}]`), entity: FIELD };
}
