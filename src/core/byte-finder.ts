/**
 * Where one byte stands in a chunk, four bytes at a time: quicker than a look at each, and than a call of the platform's
 * search where the byte is never far.
 *
 * Owns the view of the chunk as words. Knows no format.
 */
const WORD_BYTES = 4;
const IS_LITTLE_ENDIAN = new Uint8Array(Int32Array.of(1).buffer)[0] === 1;
const LOWEST_BITS = 0x01_01_01_01;
const HIGHEST_BITS = 0x80_80_80_80 | 0;

export class ByteFinder {
  private readonly bytes: Uint8Array;
  private readonly byte: number;
  private readonly words: Int32Array;
  /** The byte in all four places. */
  private readonly pattern: number;
  /** Bytes before the first word, which stands at a multiple of four in memory. */
  private readonly wordsFrom: number;

  constructor(bytes: Uint8Array, byte: number) {
    this.bytes = bytes;
    this.byte = byte;
    this.pattern = Math.imul(byte, LOWEST_BITS);
    this.wordsFrom = Math.min(bytes.length, -bytes.byteOffset & (WORD_BYTES - 1));
    const count = IS_LITTLE_ENDIAN ? (bytes.length - this.wordsFrom) >> 2 : 0;
    this.words = new Int32Array(bytes.buffer, count === 0 ? 0 : bytes.byteOffset + this.wordsFrom, count);
  }

  /** The first place of the byte at or after `from`; the length when there is none. */
  next(from: number): number {
    const { bytes, byte, words, wordsFrom, pattern } = this;
    let at = from;
    for (; at < bytes.length && ((at - wordsFrom) & (WORD_BYTES - 1)) !== 0; at++) if (bytes[at] === byte) return at;
    for (let word = this.wordsTo((at - wordsFrom) >> 2); word < words.length; word++) {
      const zeros = zerosOf(words[word] ^ pattern);
      if (zeros !== 0) return wordsFrom + (word << 2) + (lowestBit(zeros) >> 3);
    }
    return this.nextInRest(Math.max(at, wordsFrom + (words.length << 2)));
  }

  /** A word from which on the byte stands within four, or near the end: four words by one branch. */
  private wordsTo(from: number): number {
    const { words, pattern } = this;
    let word = from;
    for (; word + 3 < words.length; word += 4) {
      const zeros =
        zerosOf(words[word] ^ pattern) |
        zerosOf(words[word + 1] ^ pattern) |
        zerosOf(words[word + 2] ^ pattern) |
        zerosOf(words[word + 3] ^ pattern);
      if (zeros !== 0) break;
    }
    return word;
  }

  private nextInRest(from: number): number {
    let at = from;
    while (at < this.bytes.length && this.bytes[at] !== this.byte) at++;
    return at;
  }
}

/** The highest bit of each byte that is 0: taking 1 from it borrows. Above one that is 0, others may seem so. */
function zerosOf(word: number): number {
  return (word - LOWEST_BITS) & ~word & HIGHEST_BITS;
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
