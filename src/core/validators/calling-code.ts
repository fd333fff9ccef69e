/**
 * Calling codes and how long the numbers behind them are.
 *
 * Owns the table: ITU-T E.164 assignments, lengths without the code as national plans publish them (ITU Operational
 * Bulletin), on the wide side where plans vary.
 */

/** Each row: a calling code, then the lengths behind it and behind those of its ten that follow; a dot is nobody's code. */
const ROWS = `\
1 10
7 10
20 8-10
27 9
30 10 9-11 8-9 9 9 . 8-9
39 6-11
40 9 9 . 5-13 9-10 8 7-10 8 9 6-12
51 8-9 10-11 6-8 10-11 10-11 9 8-10 10
60 8-10 9 8-12 8-10 8-10 8 8-9
81 9-10 8-11 . 8-10 . 9-11
90 10 10 9-10 9 9 7-10
98 10
211 9 9 8-9
216 8 . 8-9
220 7 9 8 8 8-9 8-10 8 8 8 8-10
230 7-8 7-9 8 9 8-10 8 8 8-9 7 7
240 9 7-8 9 9 9 7-9 7 4-5 7 9
250 9 9 7-9 8 9 9 9 8 8-9
260 9 9 9 8-9 8-9 7-9 8 7-8 8 7
290 4-5 7
297 7 6 6
350 8 9 6-11 7-10 7-9 8-9 8 8 6-12 7-9
370 8 8 7-8 8 8 9 6-9 8-9 6-10
380 9 8-10 8 8 . 8-9 8 8 . 8
420 9 9 . 7-9
500 5 7 8 8 8 8 8 7-8 6-9 8
590 9 8 7 8-9 9 8-9 9 6-7 8 7-8
670 7-8 . 6 7 7 7-8 5-7 5-7 5-7 7
680 7 6 5 4-5 . 5-7 5-8 6 5-6 6-8
690 4-5 7 7
800 8
808 8
850 8-10 . 8 8 . 8-9 8-10
870 9
878 10
880 8-10 8 7-12 7-12
886 8-9 . 11
960 7 7-8 8-9 8-9 8-10 8 9 7-9 8
970 8-9 8-9 8-9 8 8 8 8 8-10 . 9
992 9 8 9 9 9 . 9`;

/** Calling code to least and most digits behind it. */
const LENGTHS: (readonly [least: number, most: number] | undefined)[] = [];
for (const row of ROWS.split("\n")) {
  const [first, ...lengths] = row.split(" ");
  for (const [i, text] of lengths.entries()) {
    const [least, most = least] = text.split("-").map(Number);
    if (text !== ".") LENGTHS[Number(first) + i] = [least, most];
  }
}

/** Least and most digits behind a calling code. */
export function lengthsOf(code: string): readonly [number, number] {
  return LENGTHS[Number(code)] ?? [0, Infinity];
}

export function isInternationalNumber(digits: string): boolean {
  return !digits.startsWith("0") && isInternational(Number(digits.slice(0, 3)), digits.length);
}

/** By the first three of three digits or more. E.164 leaves no code a prefix of another, so at most one fits. */
export function isInternational(leading: number, digits: number): boolean {
  let code = leading;
  for (let length = 3; length > 0; length--) {
    const range = LENGTHS[code];
    if (range !== undefined) return digits - length >= range[0] && digits - length <= range[1];
    code = Math.floor(code / 10);
  }
  return false;
}
