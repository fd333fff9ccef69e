/**
 * Draws captured terminal lines as an SVG that needs no font and no script.
 *
 * Owns the few escape sequences that our programs write (red, green, bold, dim, reset). Others are dropped.
 */
const COLUMNS = 132;
const CHARACTER_WIDTH = 7.3;
const LINE_HEIGHT = 18;
const MARGIN = 16;
const BAR_HEIGHT = 30;

// oxlint-disable-next-line no-control-regex
const SEQUENCE = /\u001b\[([0-9;]*)m/;
// oxlint-disable-next-line no-control-regex
const OTHER_SEQUENCES = /\u001b\[[0-9;?]*[A-Za-ln-z]/g;

const STYLES: Readonly<Record<string, string>> = { 31: "r", 32: "g", 2: "d", 1: "b" };
/** Codes that end a style: 39 the colour, 22 bold and dim, 0 all. */
const ENDS: Readonly<Record<string, readonly string[]>> = { 39: ["r", "g"], 22: ["d", "b"], 0: ["r", "g", "d", "b"] };

interface Run {
  readonly text: string;
  readonly style: string;
}

function runsOf(line: string): Run[] {
  const parts = line.replace(OTHER_SEQUENCES, "").split(SEQUENCE);
  const runs: Run[] = [];
  const on = new Set<string>();
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 0) {
      if (part !== "") runs.push({ text: part, style: [...on].join(" ") });
      continue;
    }
    for (const code of part.split(";")) {
      const style = STYLES[code];
      if (style !== undefined) on.add(style);
      for (const ended of ENDS[code || "0"] ?? []) on.delete(ended);
    }
  }
  return runs;
}

/** Breaks at the last column, as a terminal does. */
function wrap(runs: readonly Run[]): Run[][] {
  const lines: Run[][] = [[]];
  let column = 0;
  for (const { text, style } of runs) {
    let rest = Array.from(text);
    while (rest.length > 0) {
      if (column === COLUMNS) {
        lines.push([]);
        column = 0;
      }
      const taken = rest.slice(0, COLUMNS - column);
      lines.at(-1)?.push({ text: taken.join(""), style });
      column += taken.length;
      rest = rest.slice(taken.length);
    }
  }
  return lines;
}

const escape = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

export function renderTerminal(lines: readonly string[]): string {
  const rows = lines.flatMap((line) => wrap(runsOf(line)));
  const width = Math.ceil(COLUMNS * CHARACTER_WIDTH + 2 * MARGIN);
  const height = BAR_HEIGHT + rows.length * LINE_HEIGHT + MARGIN;
  const texts = rows.map((runs, index) => {
    let column = 0;
    const spans = runs.map(({ text, style }) => {
      const x = (MARGIN + column * CHARACTER_WIDTH).toFixed(1);
      const length = Array.from(text).length;
      column += length;
      const fit = `textLength="${(length * CHARACTER_WIDTH).toFixed(1)}" lengthAdjust="spacingAndGlyphs"`;
      return `<tspan x="${x}" ${fit}${style === "" ? "" : ` class="${style}"`}>${escape(text)}</tspan>`;
    });
    return spans.length === 0 ? "" : `<text y="${BAR_HEIGHT + (index + 1) * LINE_HEIGHT - 5}">${spans.join("")}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Terminal: raw events and what leaves the wire">
<style>text{font:12px ui-monospace,"SF Mono","DejaVu Sans Mono",Menlo,Consolas,monospace;fill:#e6eaf2;white-space:pre}.r{fill:#ff8a80}.g{fill:#6fe3a2}.d{fill:#8b96ab}.b{font-weight:700}</style>
<rect width="${width}" height="${height}" rx="10" fill="#10141c"/>
<circle cx="20" cy="16" r="5" fill="#ff5f57"/><circle cx="37" cy="16" r="5" fill="#febc2e"/><circle cx="54" cy="16" r="5" fill="#28c840"/>
${texts.filter((text) => text !== "").join("\n")}
</svg>
`;
}
