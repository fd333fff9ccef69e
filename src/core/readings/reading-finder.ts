/**
 * Finds what a text holds as it stands and as others would read it.
 *
 * Owns the union: overlapping finds of several readings are one finding. Pure in the text, as each reading is: cuts only
 * say when something is found.
 */
import { ByteQueue, EMPTY } from "../bytes.ts";
import type { Engine } from "../engine.ts";
import { Finder, findIn, type FoundText } from "../finder.ts";
import type { Span } from "../span.ts";
import type { Decoder, Reading, Writer } from "./reading.ts";

/** A finding of one reading, or of several that overlap. */
export interface ReadFinding extends FoundText {
  /** Writes what takes its place the way it is written there; left out: as it is. */
  readonly encode?: ((replacement: Uint8Array) => Uint8Array) | undefined;
}

/** What finds: Finder, or several of them. */
export type TextFinder = Pick<Finder, "clearTo" | "heldBytes" | "push" | "end" | "slice" | "forget"> & {
  readonly found: ReadFinding[];
};

export interface ReaderOptions {
  readonly engine: Engine;
  readonly readings: readonly Reading[];
}

/** `key` is the name of the field that holds the text. */
export function openFinder({ engine, readings }: ReaderOptions, key = ""): TextFinder {
  return readings.length === 0 ? new Finder(engine, key) : new ReadingFinder({ engine, readings }, key);
}

/** All findings of a whole text. */
export function findRead({ engine, readings }: ReaderOptions, text: Uint8Array, key = ""): readonly ReadFinding[] {
  const useful = readings.length === 0 ? readings : readings.filter((reading) => reading.mayChange(text));
  if (useful.length === 0) return findIn(engine, text, key);
  const finder = new ReadingFinder({ engine, readings: useful }, key);
  finder.push(text);
  finder.end();
  return finder.found;
}

/** A finding of one reading. */
interface Sighting {
  readonly found: ReadFinding;
  /** Where it stands in the text. */
  readonly source: Span;
  /** Undefined for the text as it stands. */
  readonly write: Writer | undefined;
}

class ReadingFinder implements TextFinder {
  readonly found: ReadFinding[] = [];
  private readonly plain: Finder;
  private readonly views: readonly View[];
  private readonly raw = new ByteQueue();
  private rawStart = 0;
  private sightings: Sighting[] = [];
  private decidedTo = 0;

  constructor(options: ReaderOptions, key: string) {
    this.plain = new Finder(options.engine, key);
    this.views = options.readings.map((reading) => new View(options.engine, reading, key));
  }

  /** Every byte before this is decided, and no open finding covers it. */
  get clearTo(): number {
    return Math.min(this.decidedTo, ...this.sightings.map(({ source }) => source.start));
  }

  get heldBytes(): number {
    return this.rawStart + this.raw.length - this.clearTo;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.raw.append(bytes);
    this.plain.push(bytes);
    for (const view of this.views) view.push(bytes);
    this.collect();
  }

  end(): void {
    this.plain.end();
    for (const view of this.views) view.end();
    this.collect();
  }

  slice(start: number, end: number): Uint8Array {
    return this.raw.bytes.subarray(start - this.rawStart, end - this.rawStart);
  }

  forget(): void {
    const { clearTo } = this;
    this.raw.consume(clearTo - this.rawStart);
    this.rawStart = clearTo;
    this.plain.forget();
    for (const view of this.views) view.forget();
  }

  private collect(): void {
    for (const found of this.plain.found.splice(0)) this.sightings.push({ found, source: found, write: undefined });
    for (const view of this.views) this.sightings.push(...view.take());
    this.sightings.sort((a, b) => a.source.start - b.source.start || b.source.end - a.source.end);
    this.decidedTo = Math.min(this.plain.clearTo, ...this.views.map((view) => view.clearTo));
    while (this.sightings.length > 0 && this.release());
  }

  /** Gives out the first finding with all that overlap it, once no other can; false when it has to wait. */
  private release(): boolean {
    const [{ source }] = this.sightings;
    let { end } = source;
    let count = 0;
    while (count < this.sightings.length && this.sightings[count].source.start < end)
      end = Math.max(end, this.sightings[count++].source.end);
    if (end > this.decidedTo) return false;
    this.found.push(this.join(this.sightings.splice(0, count), { start: source.start, end }));
    return true;
  }

  private join(sightings: readonly Sighting[], whole: Span): ReadFinding {
    const full = sightings.filter(({ source }) => source.start === whole.start && source.end === whole.end);
    const best = full.find(({ write }) => write === undefined) ?? full.at(0);
    // What several readings see in part is written by none of them.
    if (best === undefined) return { ...sightings[0].found, ...whole, text: null, encode: undefined };
    const { found, write } = best;
    if (write === undefined) return { ...found, ...whole };
    const source = this.slice(whole.start, whole.end).slice();
    return { ...found, ...whole, encode: (bytes) => write({ bytes: found.encode?.(bytes) ?? bytes, source }) };
  }
}

/** One reading of the text, and what is found in it. */
class View {
  private readonly decoder: Decoder;
  private readonly finder: TextFinder;
  private readonly unread = new ByteQueue();

  constructor(engine: Engine, reading: Reading, key: string) {
    this.decoder = reading.open();
    this.finder = openFinder({ engine, readings: reading.inner }, key);
  }

  /** Every byte of the source before this is decided. */
  get clearTo(): number {
    const at = this.finder.clearTo;
    return this.decoder.sourceOf({ start: at, end: at }).start;
  }

  push(bytes: Uint8Array): void {
    this.unread.append(bytes);
    this.read(false);
  }

  end(): void {
    this.read(true);
    this.finder.end();
  }

  take(): Sighting[] {
    const { decoder } = this;
    return this.finder.found
      .splice(0)
      .map((found) => ({ found, source: decoder.sourceOf(found), write: decoder.writerOf(found) }));
  }

  forget(): void {
    this.finder.forget();
    this.decoder.trim(this.finder.clearTo);
  }

  private read(isLast: boolean): void {
    const { text, consumed } = this.decoder.decode(this.unread.length === 0 ? EMPTY : this.unread.bytes, isLast);
    this.unread.consume(consumed);
    this.finder.push(text);
  }
}
