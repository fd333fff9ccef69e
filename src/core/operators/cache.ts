/**
 * What was computed last, for values that come again.
 *
 * Owns two generations of entries: when the young one is full it becomes the old one, and what was asked for since moves
 * up. Values stay in memory only, and no longer than it takes others to push them out.
 */

const GENERATION_ENTRIES = 4096;
/** Longer texts are computed each time. */
const CACHED_CHARACTERS = 256;

export class RecentlyUsed<Value> {
  private young = new Map<string, Value>();
  private old = new Map<string, Value>();

  get(text: string, compute: (text: string) => Value): Value {
    const known = this.young.get(text);
    if (known !== undefined) return known;
    const value = this.old.get(text) ?? compute(text);
    if (text.length > CACHED_CHARACTERS) return value;
    if (this.young.size >= GENERATION_ENTRIES) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(text, value);
    return value;
  }
}
