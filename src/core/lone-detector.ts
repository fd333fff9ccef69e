/**
 * One detector asked alone, so that no other answers for it.
 *
 * Owns when that costs something: it is compiled when it is first asked.
 */
import { encodeUtf8 } from "./bytes.ts";
import { DEFAULT_THRESHOLD } from "./defaults.ts";
import type { Detector } from "./detector.ts";
import { compileEngine, type Engine } from "./engine.ts";
import { findIn } from "./finder.ts";
import { readText } from "./operators/operator.ts";

/** Its examples, and what it finds in them: of a text that is found only behind a word that is the rest. */
export function examplesOf(detector: Detector): Iterable<string> {
  return {
    *[Symbol.iterator]() {
      yield* detector.hits;
      const engine = compileAlone(detector, true);
      for (const hit of detector.hits)
        for (const found of findIn(engine, encodeUtf8(hit))) yield readText(found) ?? hit;
    },
  };
}

/** True when the text alone is one finding. */
export function finderOf(detector: Detector): (text: string) => boolean {
  let engine: Engine | undefined;
  return (text) => {
    engine ??= compileAlone(detector, false);
    const bytes = encodeUtf8(text);
    const found = findIn(engine, bytes);
    return found.length === 1 && found[0].start === 0 && found[0].end === bytes.length;
  };
}

function compileAlone(detector: Detector, needsText: boolean): Engine {
  return compileEngine([detector], { threshold: DEFAULT_THRESHOLD, needsText: () => needsText });
}
