/**
 * A class of characters as the automaton reads it: by byte.
 *
 * Owns when its trie is built. Most text is ASCII, and what a class says to a byte of ASCII needs no trie; so that of a
 * class is built when something else is read. The part for its members beyond ASCII, one for all classes that share them,
 * may be refused: it is built before, unless it is known to be none of those.
 */
import { type CharSet, has } from "./charset.ts";
import { refuseOver } from "./limits.ts";
import { PatternError } from "./pattern-error.ts";
import { unfold } from "./unicode.ts";
import { byteTrie, type ByteTrie, joinTries } from "./utf8.ts";

/** Most nodes of one trie: places inside one character. */
const TRIE_LIMIT = 4096;
/** No class of ASCII alone has a trie of more nodes, whatever folds into it. */
export const ASCII_TRIE_NODES = 160;

const ASCII_END = 0x7f;
const PERCENT = 0x25;
const NO_TRIE: ByteTrie = [[]];

interface Form {
  /** True when it means all characters that fold into it. */
  readonly unfolds: boolean;
  /** True when its members of ASCII count percent-encoded, too. */
  readonly isEscaped: boolean;
}

export class CharacterClass {
  /** Its members of ASCII. */
  readonly ascii: CharSet;
  readonly form: Form;

  /** Nodes of the trie for its members beyond ASCII: 1 where there are none. */
  readonly wideNodes: number;

  private readonly wide: CharSet;
  private built: ByteTrie | undefined;

  /**
   * `wideNodes`: what is known of a class that was made before. @throws PatternError when nothing is left of it, or it needs
   * too many positions.
   */
  constructor(set: CharSet, form: Form, wideNodes?: number) {
    const [ascii, wide] = split(set);
    this.ascii = ascii;
    this.form = form;
    this.wide = wide;
    this.wideNodes = wideNodes ?? wideTrie(wide, form.unfolds).length;
    const isSeen = this.wideNodes > 1 || (ascii.at(-1) ?? 0) > 0 || !form.unfolds;
    if (!isSeen && set.length > 0)
      throw new PatternError(
        "a class of the pattern holds nothing but characters that vanish or are read as plain ones; write the plain ones",
      );
  }

  /** True when no byte beyond ASCII stands in a member, or in one that folds into it. */
  get isAscii(): boolean {
    return this.wide.length === 0 && (!this.form.unfolds || this.ascii.length === 0);
  }

  /** As many nodes as its trie has, or the most that it can have as long as that is not built. */
  get mostNodes(): number {
    return this.built?.length ?? this.wideNodes + (this.form.isEscaped ? ASCII_TRIE_NODES : 0);
  }

  get trie(): ByteTrie {
    return (this.built ??= this.build());
  }

  /** True when this byte of ASCII is a member, or begins one in disguise. */
  mayBeginWith(byte: number): boolean {
    return this.holds(byte) || (byte === PERCENT && this.form.isEscaped && this.ascii.length > 0);
  }

  /** True when what this byte says about the class needs no trie. */
  isDecidedBy(byte: number): boolean {
    return byte <= ASCII_END && (byte !== PERCENT || !this.form.isEscaped);
  }

  /** True when this byte of ASCII is a member as it stands. */
  holds(byte: number): boolean {
    return has(this.ascii, byte) && (byte !== 0 || !this.form.unfolds);
  }

  private build(): ByteTrie {
    const { ascii, form, wide } = this;
    const trie = byteTrie(form.unfolds ? unfold(ascii) : ascii, { percent: form.isEscaped });
    latelyNodes += trie.length;
    return wide.length === 0 ? trie : joinTries(wideTrie(wide, form.unfolds), trie);
  }
}

/** Where the members beyond ASCII begin in a set; one range may hold both. */
function split(set: CharSet): [ascii: CharSet, wide: CharSet] {
  let at = set.length;
  while (at > 0 && set[at - 1] > ASCII_END) at -= 2;
  if (at === set.length) return [set, []];
  if (set[at] > ASCII_END) return [set.slice(0, at), set.slice(at)];
  return [
    [...set.slice(0, at + 1), ASCII_END],
    [ASCII_END + 1, ...set.slice(at + 1)],
  ];
}

/** Classes that were compiled lately: policies share most of theirs, and a reload compiles all of them again. */
const lately = new Map<string, CharacterClass>();
/** What several of them have beyond ASCII. */
const latelyWide: { readonly set: CharSet; readonly unfolds: boolean; readonly trie: ByteTrie }[] = [];
/** Nodes of all of them, and one for each; a node takes about a hundred bytes. */
const LATELY_LIMIT = 64 * 1024;
let latelyNodes = 0;

/** `wideNodes` and @throws PatternError as the class. */
export function classOf(set: CharSet, unfolds: boolean, wideNodes?: number): CharacterClass {
  const key = `${unfolds ? "" : "="}${set.join()}`;
  const known = lately.get(key);
  if (known !== undefined) return known;
  const made = new CharacterClass(set, { unfolds, isEscaped: unfolds }, wideNodes);
  if (++latelyNodes > LATELY_LIMIT) {
    lately.clear();
    latelyWide.length = 0;
    latelyNodes = 0;
  }
  lately.set(key, made);
  return made;
}

function wideTrie(set: CharSet, unfolds: boolean): ByteTrie {
  if (set.length === 0) return NO_TRIE;
  const known = latelyWide.find((one) => one.unfolds === unfolds && isSame(one.set, set));
  if (known !== undefined) return known.trie;
  const trie = byteTrie(unfolds ? unfold(set) : set, { percent: false });
  refuseOver(trie.length, TRIE_LIMIT, `a class of the pattern needs ${trie.length} positions`);
  latelyNodes += trie.length;
  latelyWide.push({ set, unfolds, trie });
  return trie;
}

function isSame(one: CharSet, other: CharSet): boolean {
  return one.length === other.length && one.every((end, i) => end === other[i]);
}
