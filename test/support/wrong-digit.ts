/** Numbers of which one digit is another one: what a check digit is there to notice. */

/** Each text with one digit changed; texts of which the drawn place holds no digit are left out. `draw`: below a limit. */
export function withOneDigitWrong(texts: readonly string[], draw: (limit: number) => number): string[] {
  return texts.flatMap((text) => {
    const at = draw(text.length);
    const digit = text[at];
    if (digit < "0" || digit > "9") return [];
    return [text.slice(0, at) + String((Number(digit) + 1 + draw(9)) % 10) + text.slice(at + 1)];
  });
}
