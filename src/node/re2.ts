/**
 * RE2, Google's own, behind the one door through which it is safe.
 *
 * Owns the WebAssembly module and every object in it. Asks it yes or no about short whole texts and never for a place:
 * its spans shift after an emoji, its global matching is quadratic, and a pattern that can match nothing never returns.
 * The package's own class is left aside, because it rewrites patterns. The heap has 16 MiB, never grows, and running
 * out of it ends the module for good: then a new one is loaded.
 */
import { createRequire } from "node:module";
import type { WrappedRE2Interface } from "re2-wasm/build/wasm/re2.js";
import { PatternError } from "../core/pattern/parse.ts";

/** The objects live in the module's heap until they are deleted; the package's types do not say so. */
interface Re2Object extends WrappedRE2Interface {
  delete(): void;
}

interface Re2Module {
  readonly WrappedRE2: new (pattern: string, ignoreCase: boolean, multiLine: boolean, dotAll: boolean) => Re2Object;
}

/** What stands beside a text: at most one character each, "" for the end of the text. */
export interface Neighbours {
  readonly before?: string;
  readonly after?: string;
}

/** Longest text that is asked about, in UTF-16 units: far from what fills the heap. */
const TEXT_LIMIT = 65_536;
const MODULE_PATH = "re2-wasm/build/wasm/re2.js";

const load = createRequire(import.meta.url);
let loaded: Re2Module | undefined;

function re2Module(): Re2Module {
  return (loaded ??= loadSilent());
}

/** The module keeps the `console.warn` that it finds while it loads, and would tell it when it runs out of memory. */
function loadSilent(): Re2Module {
  const output: { warn: unknown } = console;
  const { warn } = output;
  output.warn = () => undefined;
  try {
    return load(MODULE_PATH) as Re2Module;
  } finally {
    output.warn = warn;
  }
}

/** Forgets a module that ran out of memory; the objects in it are lost with it. */
function dropModule(): void {
  Reflect.deleteProperty(load.cache, load.resolve(MODULE_PATH));
  loaded = undefined;
}

/**
 * Compiles a pattern; up to 40 ms. Release it when it is done with: nothing else frees its memory.
 * @throws PatternError with RE2's reason, without the place.
 */
export function compileRe2(pattern: string): Re2Pattern {
  createObject(pattern).delete();
  return new Re2Pattern(pattern);
}

function createObject(pattern: string): Re2Object {
  let object: Re2Object;
  try {
    object = new (re2Module().WrappedRE2)(pattern, false, false, false);
  } catch {
    dropModule();
    throw new PatternError("RE2 has no memory for the pattern; use smaller counts");
  }
  if (object.ok()) return object;
  // What follows the colon quotes the pattern.
  const [reason] = object.error().split(":");
  object.delete();
  throw new PatternError(`RE2 refuses the pattern: ${reason}`);
}

export class Re2Pattern {
  private readonly pattern: string;
  private readonly objects = new Map<string, Re2Object>();
  private module: Re2Module | undefined;

  /** @internal Use `compileRe2`. */
  constructor(pattern: string) {
    this.pattern = pattern;
  }

  /**
   * Whether the whole text is one match, between the neighbours that its assertions may ask for. Half a surrogate pair
   * reads as U+FFFD.
   * @throws PatternError when RE2 has no memory left, RangeError for a text over 65,536 units.
   */
  matchesWhole(text: string, { before = "", after = "" }: Neighbours = {}): boolean {
    const end = after === "" ? "" : ANY_CHARACTER;
    return this.ask(before + text + after, before === "" ? "" : ANY_CHARACTER, `${end}\\z`);
  }

  /** Whether a match begins where the text does; `before` stands before it. Throws as `matchesWhole` does. */
  matchesStart(text: string, before = ""): boolean {
    return this.ask(before + text, before === "" ? "" : ANY_CHARACTER, "");
  }

  private ask(text: string, start: string, end: string): boolean {
    if (text.length > TEXT_LIMIT) throw new RangeError(`RE2 is asked about ${TEXT_LIMIT} characters at most`);
    const wellFormed = text.replaceAll(/\p{Cs}/gu, "\ufffd");
    const match = (): boolean => this.objectFor(start, end).match(wellFormed, 0, false).index >= 0;
    try {
      return match();
    } catch {
      // Other patterns may have filled the heap: once more, alone.
      dropModule();
    }
    try {
      return match();
    } catch {
      dropModule();
      throw new PatternError("RE2 has no memory for the pattern; use smaller counts");
    }
  }

  /** Frees the memory; the next question compiles anew. */
  release(): void {
    if (this.module === loaded) for (const object of this.objects.values()) object.delete();
    this.objects.clear();
  }

  private objectFor(start: string, end: string): Re2Object {
    const current = re2Module();
    if (this.module !== current) {
      this.objects.clear();
      this.module = current;
    }
    const key = `${start}|${end}`;
    let object = this.objects.get(key);
    if (object === undefined) {
      object = this.createAnchored(start, end);
      this.objects.set(key, object);
    }
    return object;
  }

  private createAnchored(start: string, end: string): Re2Object {
    try {
      return createObject(`\\A${start}(?:${this.pattern})${end}`);
    } catch {
      // A `\Q` without its `\E` swallowed what was added.
      return createObject(`\\A${start}(?:${this.pattern}\\E)${end}`);
    }
  }
}

/** A neighbour is part of the text that RE2 sees, but not of the match that is asked for. */
const ANY_CHARACTER = "(?s:.)";
