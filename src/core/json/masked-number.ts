/** How a number of JSON that is masked is written. */
import { concat } from "../bytes.ts";
import { encodeJsonText } from "./escapes.ts";

const QUOTE = Uint8Array.of(0x22);
const ZERO = 0x30;
const ONE = 0x31;

/** A number that is masked becomes a string: the document stays valid. */
export function quoted(text: Uint8Array): Uint8Array {
  return concat([QUOTE, encodeJsonText(text), QUOTE]);
}

/** A number of as many digits that says nothing: `-12.50e3` is `-10.00e0`. Gives away sign, length and form. */
export function sameShape(number: Uint8Array): Uint8Array {
  const first = number.findIndex(isDigit);
  return number.map((byte, at) => (isDigit(byte) ? (at === first ? ONE : ZERO) : byte));
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9;
}
