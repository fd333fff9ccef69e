/**
 * The event types that one subscriber wants.
 *
 * Owns what `?types=` says, and which entries that leaves out. It sees an entry as its view shows it: a type that the
 * feed does not pass is `message` here too, so that asking for a type never tells whether there was one.
 */
import { StreamError } from "../../core/index.ts";
import type { ServerLimits } from "../config/limits.ts";
import type { Entry } from "../history/entry.ts";
import { decodeText } from "../text.ts";

/** No feed passes a longer one. */
const TYPE_LENGTH = 128;

export class TypeFilter {
  /** Equal for those that want the same. */
  readonly key: string;
  readonly #types: ReadonlySet<string>;

  /** @throws StreamError `TYPE_LIST` for more than `limit` types, an empty or a long one. */
  constructor(list: string, limit: number) {
    const types = list.split(",");
    const isRefused = types.length > limit || types.some(({ length }) => length === 0 || length > TYPE_LENGTH);
    if (isRefused) throw new StreamError("TYPE_LIST", { limit });
    this.#types = new Set(types);
    this.key = [...this.#types].toSorted().join(",");
  }

  /** Gaps are for everybody: they tell of events whose type nobody knows. */
  wants({ event, isGap }: Entry): boolean {
    return isGap || this.#types.has(event.length === 0 ? "message" : decodeText(event));
  }
}

/** The filter of a subscription, none where it names no types. @throws StreamError `TYPE_LIST`. */
export function filterOf(types: string | undefined, limits: ServerLimits): TypeFilter | undefined {
  return types === undefined ? undefined : new TypeFilter(types, limits.typesPerStreamLimit);
}

/** Whether an entry becomes a frame for a subscriber with this filter, or with none. */
export function isShown(entry: Entry, filter: TypeFilter | undefined): boolean {
  return !entry.isHidden && (filter === undefined || filter.wants(entry));
}
