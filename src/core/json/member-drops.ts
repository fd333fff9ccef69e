/**
 * Members of JSON objects that go whole: name, value and comma.
 *
 * Owns where each begins and ends, and which comma goes with it, so that what is left is JSON. What has no name of its own, an
 * element of an array or a whole document, becomes `null`: the others keep their places. Holds nothing itself: it says
 * up to where the output is decided, which is never before the end of the last member that is.
 */
import { concat, EMPTY, encodeUtf8 } from "../bytes.ts";
import { EVENT_MARK, findDrop, UNCOUNTED } from "../drops.ts";
import type { Edit } from "../edit.ts";
import { FIELD } from "../finding.ts";

interface Level {
  readonly isObject: boolean;
  /** Where the next member begins: behind the bracket or the last member, so that the comma is its own. */
  from: number;
  hasKept: boolean;
  hasDropped: boolean;
  /** The entity of a name that takes its member with it. */
  dropsName: string | undefined;
}

const NULL = encodeUtf8("null");

/** Whose edits these are. */
interface Edited {
  edits: Edit[];
}

export interface MemberDropsOptions {
  /** Longest member up to where it is decided. */
  readonly limitBytes: number;
  /** Told of a longer one. */
  readonly refuse: () => void;
  /** True where what is found in a dropped member may take the event. */
  readonly looksForEvents: boolean;
}

function openLevel(isObject: boolean, from: number): Level {
  return { isObject, from, hasKept: false, hasDropped: false, dropsName: undefined };
}

export class MemberDrops {
  private readonly edited: Edited;
  private readonly options: MemberDropsOptions;
  private readonly levels: Level[] = [openLevel(false, 0)];
  private level = this.levels[0];
  /** How deep inside an object or array that is dropped. */
  private depth = 0;
  private skippedTo = 0;
  private isBlind = false;

  constructor(edited: Edited, options: MemberDropsOptions) {
    this.edited = edited;
    this.options = options;
  }

  /** True inside a value that is dropped: nobody has to look at it. */
  get isSkipping(): boolean {
    return this.depth > 0 && this.isBlind;
  }

  /** A name begins with its quote, before anything is found in it. */
  beginMember(quote: number): void {
    const { level } = this;
    if (this.depth > 0) return;
    level.dropsName = undefined;
    // The first one that stays has no comma in front.
    if (!level.hasKept && level.hasDropped) this.cut(level.from, quote);
  }

  /** The edits of a name from `start` on are there. */
  endName(start: number, end: number): void {
    if (this.depth > 0) this.skip(start, end);
    else this.level.dropsName = findDrop(this.editsFrom(start), "field")?.entity;
  }

  /** A string, number or literal is there with its edits. `isRuled`: a path drops it. */
  value(start: number, end: number, isRuled: boolean): void {
    const { level } = this;
    if (this.depth > 0) {
      this.skip(start, end);
      return;
    }
    if (!this.isLegal(end)) return;
    const from = level.isObject ? level.from : start;
    const entity = isRuled ? FIELD : findDrop(this.editsFrom(from), "field")?.entity;
    if (entity !== undefined) this.drop(from, end, entity);
    else level.hasKept = true;
    level.from = end;
  }

  open(at: number, isObject: boolean, isRuled: boolean): void {
    if (this.depth > 0) {
      this.depth++;
      return;
    }
    const { level } = this;
    const entity = isRuled ? FIELD : level.dropsName;
    if (entity !== undefined) {
      this.depth = 1;
      // What stands at a path is nobody's to ask about.
      this.isBlind = isRuled || !this.options.looksForEvents;
      this.skippedTo = at;
      this.drop(level.isObject ? level.from : at, at, entity);
    } else if (this.isLegal(at)) {
      level.hasKept = true;
      this.level = openLevel(isObject, at + 1);
      this.levels.push(this.level);
    }
  }

  close(at: number): void {
    if (this.depth > 0) {
      this.depth--;
      if (this.depth > 0) return;
      this.cut(this.skippedTo, at + 1);
    } else {
      if (!this.isLegal(at)) return;
      this.levels.pop();
      this.level = this.levels[this.levels.length - 1];
    }
    this.level.from = at + 1;
  }

  /** Of the bytes that have been walked: those before this offset stay as they are edited now. */
  decidedTo(walkedTo: number): number {
    const { level } = this;
    if (this.depth > 0) {
      this.cut(this.skippedTo, walkedTo);
      this.skippedTo = walkedTo;
      return walkedTo;
    }
    this.isLegal(walkedTo);
    return level.isObject ? level.from : walkedTo;
  }

  /** Offsets count from here now. */
  rebase(from: number): void {
    this.level.from -= from;
    this.skippedTo -= from;
  }

  /** Of what is found in a member that goes anyway only an event that is to go matters. */
  private skip(start: number, end: number): void {
    const event = findDrop(this.editsFrom(start), "event");
    this.edited.edits = this.edited.edits.filter((edit) => edit.start < start);
    if (event === undefined) return;
    this.cut(this.skippedTo, start);
    this.edited.edits.push({ start, end, bytes: EVENT_MARK, entity: event.entity });
    this.skippedTo = end;
  }

  private drop(from: number, end: number, entity: string): void {
    const { level } = this;
    const instead = level.isObject ? EMPTY : NULL;
    const event = findDrop(this.editsFrom(from), "event");
    this.edited.edits = this.edited.edits.filter(({ start }) => start < from);
    this.edited.edits.push({
      start: from,
      end,
      bytes: event === undefined ? instead : concat([instead, EVENT_MARK]),
      entity: event?.entity ?? entity,
    });
    level.hasDropped = true;
  }

  private cut(start: number, end: number): void {
    if (end > start) this.edited.edits.push({ start, end, bytes: EMPTY, entity: UNCOUNTED });
  }

  /** Edits come in order. */
  private editsFrom(from: number): readonly Edit[] {
    const { edits } = this.edited;
    let first = edits.length;
    while (first > 0 && edits[first - 1].start >= from) first--;
    return edits.slice(first);
  }

  private isLegal(end: number): boolean {
    const isLegal = !this.level.isObject || end - this.level.from <= this.options.limitBytes;
    if (!isLegal) this.options.refuse();
    return isLegal;
  }
}
