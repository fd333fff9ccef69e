/** Keccak-256 as Ethereum uses it, of less than one block: the capitals of an address (EIP-55). */

const LANES = 25;
const RATE_BYTES = 136;
const CONSTANTS = roundConstants();

/** Of fewer than 136 bytes. O(1). */
export function keccak256(bytes: Uint8Array): Uint8Array {
  const block = new Uint8Array(LANES * 8);
  block.set(bytes);
  block[bytes.length] = 0x01;
  block[RATE_BYTES - 1] |= 0x80;
  const state = new Int32Array(block.buffer);
  for (const constant of CONSTANTS) round(state, constant);
  return block.subarray(0, 32);
}

// A lane is two words, the lower first.
function round(state: Int32Array, [low, high]: readonly [number, number]): void {
  const columns = new Int32Array(10);
  for (let i = 0; i < 2 * LANES; i++) columns[i % 10] ^= state[i];
  for (let x = 0; x < 5; x++) {
    const next = 2 * ((x + 1) % 5);
    const before = 2 * ((x + 4) % 5);
    const [turnedLow, turnedHigh] = turned(columns[next], columns[next + 1], 1);
    for (let lane = x; lane < LANES; lane += 5) {
      state[2 * lane] ^= columns[before] ^ turnedLow;
      state[2 * lane + 1] ^= columns[before + 1] ^ turnedHigh;
    }
  }
  const moved = new Int32Array(2 * LANES);
  [moved[0], moved[1]] = state;
  for (let t = 0, x = 1, y = 0; t < LANES - 1; t++) {
    const from = 2 * (x + 5 * y);
    [x, y] = [y, (2 * x + 3 * y) % 5];
    const to = 2 * (x + 5 * y);
    [moved[to], moved[to + 1]] = turned(state[from], state[from + 1], (((t + 1) * (t + 2)) / 2) % 64);
  }
  for (let i = 0; i < 2 * LANES; i++) {
    const row = i - (i % 10);
    state[i] = moved[i] ^ (~moved[row + ((i + 2) % 10)] & moved[row + ((i + 4) % 10)]);
  }
  state[0] ^= low;
  state[1] ^= high;
}

function turned(low: number, high: number, bits: number): readonly [number, number] {
  const [a, b] = bits < 32 ? [low, high] : [high, low];
  const by = bits % 32;
  return by === 0 ? [a, b] : [(a << by) | (b >>> (32 - by)), (b << by) | (a >>> (32 - by))];
}

/** By the shift register of the standard. */
function roundConstants(): (readonly [number, number])[] {
  let register = 1;
  return Array.from({ length: 24 }, () => {
    const words: [number, number] = [0, 0];
    for (let j = 0; j < 7; j++) {
      const bit = 2 ** j - 1;
      if ((register & 1) !== 0) words[bit >> 5] ^= 1 << (bit & 31);
      register = (register << 1) ^ ((register >> 7) * 0x171);
    }
    return words;
  });
}
