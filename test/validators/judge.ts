/**
 * Draws numbers of a kind and corrupts them: what we take of them, and where others say otherwise.
 *
 * Owns the counts, which are the same in every run.
 */
import { type Draw, drawsOf, fill, withOneWrong, withTwoSwapped } from "./draw.ts";
import type { Disagreement } from "./disagreements.ts";
import type { Numbers } from "./numbers.ts";
import { type Takes, takesOf } from "./takes.ts";

const RIGHT = 300;
const DRAWN = 2_000;
const TRIES = 40_000;

export interface Judged {
  readonly other: string;
  readonly text: string;
  readonly we: "take" | "refuse";
}

/** Numbers of every shape, valid ones, and valid ones with a mistake: each one that somebody judges otherwise. */
export function disagreementsOn(row: Numbers): { readonly agreed: number; readonly judged: readonly Judged[] } {
  const takes = takesOf(row.entity, { hasContext: row.isAlone !== true });
  const draw = drawsOf(row.entity);
  const drawn = row.shapes.flatMap((shape) => drawOf(row, { shape, draw, takes }));
  const right = drawn.filter(takes);
  const wrong = right.flatMap((text) => [withOneWrong(text, draw) ?? [], withTwoSwapped(text, draw) ?? []].flat());
  const texts = [...new Set([...drawn, ...wrong])];
  let agreed = 0;
  const judged = row.others.flatMap(({ name, isValid }) =>
    texts.flatMap((text): Judged[] => {
      const isTaken = takes(text);
      if (isTaken !== isValid(text)) return [{ other: name, text, we: isTaken ? "take" : "refuse" }];
      if (isTaken) agreed++;
      return [];
    }),
  );
  return { agreed, judged };
}

/** Some of a shape, whatever they are, and valid ones as far as they turn up. */
function drawOf(row: Numbers, { shape, draw, takes }: { shape: string; draw: Draw; takes: Takes }): string[] {
  const complete = row.complete ?? ((text: string): string => text);
  const share = row.shapes.length;
  const texts = Array.from({ length: Math.ceil(DRAWN / share) }, () => complete(fill(shape, draw)));
  let right = texts.filter(takes).length;
  for (let tries = 0; right < RIGHT / share && tries < TRIES / share; tries++) {
    const text = complete(fill(shape, draw));
    if (!takes(text)) continue;
    texts.push(text);
    right++;
  }
  return texts;
}

export function explains(row: Disagreement, entity: string, { other, text, we }: Judged): boolean {
  return row.entity === entity && row.other === other && row.we === we && (row.values?.test(text) ?? true);
}

/** Of valid numbers of the first shape, in percent: how many still pass with a mistake, and of those drawn how many pass. */
export interface Passing {
  readonly single: number;
  readonly swapped: number;
  readonly drawn: number;
  /** Numbers with a mistake that were tried, of either kind. */
  readonly singles: number;
  readonly swaps: number;
}

const SAMPLE = 1_000;
const SAMPLE_TRIES = 100_000;

export function passingOf({ entity, shapes: [shape = ""], isAlone, complete = (text) => text }: Numbers): Passing {
  const takes = takesOf(entity, { hasContext: isAlone !== true });
  const draw = drawsOf(`${entity} mistakes`);
  const right: string[] = [];
  let tries = 0;
  for (; right.length < SAMPLE && tries < SAMPLE_TRIES; tries++) {
    const text = complete(fill(shape, draw));
    if (takes(text)) right.push(text);
  }
  const singles = right.flatMap((text) => withOneWrong(text, draw) ?? []);
  const swaps = right.flatMap((text) => withTwoSwapped(text, draw) ?? []);
  return {
    single: percent(singles.filter(takes).length, singles.length),
    swapped: percent(swaps.filter(takes).length, swaps.length),
    drawn: percent(right.length, tries),
    singles: singles.length,
    swaps: swaps.length,
  };
}

function percent(some: number, all: number): number {
  return (100 * some) / all;
}
