/** Random JSON documents in odd but legal spelling, in which no detector finds anything. The same for the same seed. */

const SPACES = ["", "", "", " ", "\n", "\r\n", "\t", "  ", " \n\t "];
const STRINGS = [
  "",
  "plain",
  String.raw`tab\tand\nline`,
  String.raw`quote \" and \\`,
  String.raw`\/slash`,
  String.raw`\u00e9\u20AC`,
  String.raw`\ud83d\ude00`,
  "é€😀",
  String.raw`\b\f\r`,
  "[not] {nested}",
  "null",
];
const NUMBERS = ["0", "-0", "1.10", "1e+05", "2E-7", "-12.50", "0.000", "1e999", "98765432109876543210", "7"];
const LITERALS = ["true", "false", "null"];
const KEYS = ["a", "b", "a", "", String.raw`\u0061`, "x y", "é"];
const DEPTH = 4;

export function randomJson(seed: number): string {
  let state = Math.imul(seed, 2_654_435_761) >>> 0;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const pick = (list: readonly string[]): string => list[random(list.length)];
  const space = (): string => pick(SPACES);
  const string = (): string => `"${pick(STRINGS)}"`;
  const value = (depth: number): string => {
    const kind = random(depth < DEPTH ? 6 : 3);
    if (kind === 0) return string();
    if (kind === 1) return pick(NUMBERS);
    if (kind === 2) return pick(LITERALS);
    const members = Array.from({ length: random(4) }, () => {
      const inner = `${space()}${value(depth + 1)}${space()}`;
      return kind === 3 ? inner : `${space()}"${pick(KEYS)}"${space()}:${inner}`;
    });
    const content = members.length === 0 ? space() : members.join(",");
    return kind === 3 ? `[${content}]` : `{${content}}`;
  };
  return `${space()}${value(0)}${space()}`;
}
