/**
 * Where a subscriber stands: epoch and sequence of each feed, and their form on the wire (`k3f9q2.1042`).
 *
 * Owns the spelling only. What a position means today is the history's business.
 */
export interface Position {
  /** Drawn when a history begins; another one means that the numbers have no relation. */
  readonly epoch: string;
  /** Events are counted from 1 without holes; 0 is before the first. */
  readonly sequence: number;
}

const EPOCH_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";
const EPOCH_LENGTH = 6;
/** 13 digits: six positions joined stay within 125 bytes. */
const WIRE = /^([0-9a-z]{6})\.(0|[1-9][0-9]{0,12})$/;

export function drawEpoch(random: (bytes: number) => Uint8Array): string {
  return Array.from(random(EPOCH_LENGTH), (byte) => EPOCH_ALPHABET[byte % EPOCH_ALPHABET.length]).join("");
}

/** Positions of several feeds, in the order of the URL, joined with `_`. */
export function formatPositions(positions: readonly Position[]): string {
  return positions.map(({ epoch, sequence }) => `${epoch}.${sequence}`).join("_");
}

/** Undefined unless the text is exactly `count` positions. */
export function parsePositions(text: string, count: number): Position[] | undefined {
  const matches = text.split("_", count + 1).map((part) => WIRE.exec(part));
  if (matches.length !== count) return undefined;
  const positions: Position[] = [];
  for (const match of matches) {
    if (match === null) return undefined;
    positions.push({ epoch: match[1], sequence: Number(match[2]) });
  }
  return positions;
}
