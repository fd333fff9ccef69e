/** Numbers drawn from a shape, and what goes wrong when people type them: the same ones in every run. */

/** A whole number from 0 below the limit. */
export type Draw = (below: number) => number;

/** Draws of a name of its own, so that a new row of a table changes no other one. */
export function drawsOf(name: string): Draw {
  let state = [...name].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 2_147_483_647, 20_261_129);
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return Math.floor((state / 2_147_483_647) * below);
  };
}

const DIGITS = "0123456789";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** What is drawn for a character of a shape; others stand for themselves. */
const DRAWN: Readonly<Record<string, string>> = {
  "9": DIGITS,
  "#": "01",
  "?": LETTERS,
  "*": DIGITS + LETTERS,
  "%": "0123456789abcdef",
};

export function fill(shape: string, draw: Draw): string {
  return Array.from(shape, (character) => {
    const kind = DRAWN[character];
    return kind === undefined ? character : kind.charAt(draw(kind.length));
  }).join("");
}

const KINDS = [DIGITS, LETTERS, LETTERS.toLowerCase()];

/** One letter or digit is another of its kind; undefined where the drawn place holds neither. */
export function withOneWrong(text: string, draw: Draw): string | undefined {
  const at = draw(text.length);
  const kind = KINDS.find((one) => one.includes(text.charAt(at)));
  if (kind === undefined) return undefined;
  const next = (kind.indexOf(text.charAt(at)) + 1 + draw(kind.length - 1)) % kind.length;
  return text.slice(0, at) + kind.charAt(next) + text.slice(at + 1);
}

/** Two neighbours of one kind that changed places; undefined where the drawn two are the same or of two kinds. */
export function withTwoSwapped(text: string, draw: Draw): string | undefined {
  const at = draw(text.length - 1);
  const [one, two] = [text.charAt(at), text.charAt(at + 1)];
  const isKind = KINDS.some((kind) => kind.includes(one) && kind.includes(two));
  return isKind && one !== two ? text.slice(0, at) + two + one + text.slice(at + 2) : undefined;
}
