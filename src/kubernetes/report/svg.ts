/**
 * A picture of the zones as SVG: three columns from raw to masked, and a row below for everybody else.
 *
 * Owns the layout. Columns are wide enough for the longest text, lines leave a box at places of their own, and a label
 * stands on its line with the background behind it.
 */
import { LANE_TITLES, type Box, type Lane, type Line, type Picture } from "./picture.ts";

const COLUMNS: readonly Lane[] = ["raw", "masker", "masked"];
const ROW: readonly Lane[] = ["ops", "elsewhere"];
const COLOURS: Readonly<Record<Lane, readonly [string, string]>> = {
  raw: ["#fde8e4", "#b3401f"],
  masker: ["#e3edfb", "#2458a6"],
  masked: ["#e2f4e6", "#2c7a3f"],
  ops: ["#f1eefa", "#6a4fb3"],
  elsewhere: ["#f2f2f2", "#666666"],
};
const STROKES: Readonly<Record<Line["kind"], string>> = {
  flow: "#2458a6",
  blocked: "#b3401f",
  leak: "#c81e1e",
  conduit: "#777777",
};
const VERDICTS: Readonly<Record<Picture["verdict"], string>> = {
  PROVED: "#2c7a3f",
  LEAK: "#c81e1e",
  UNKNOWN: "#8a6100",
};

const CHARACTER = 7.4;
const BOX_HEIGHT = 48;
const GAP = 22;
const PADDING = 20;
const TITLE = 30;
const COLUMN_GAP = 190;
const ROW_GAP = 90;
const TOP = 64;

interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Layout {
  readonly lanes: ReadonlyMap<Lane, Frame>;
  readonly boxes: ReadonlyMap<string, Frame>;
  readonly width: number;
  readonly height: number;
}

export function svgOf(picture: Picture): string {
  const layout = layOut(picture.boxes);
  const { width, height } = layout;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="zones and flows: ${picture.verdict}">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<defs>${Object.entries(STROKES).map(marker).join("")}</defs>`,
    `<text x="${PADDING}" y="34" font-size="20" font-weight="700" fill="${VERDICTS[picture.verdict]}">${picture.verdict}</text>`,
    ...[...layout.lanes].map(([lane, frame]) => laneShape(lane, frame)),
    ...picture.boxes.map((box) => boxShape(box, frameOf(layout, box.id))),
    ...lineShapes(picture.lines, layout),
    "</svg>",
    "",
  ].join("\n");
}

function layOut(boxes: readonly Box[]): Layout {
  const lanes = new Map<Lane, Frame>();
  const frames = new Map<string, Frame>();
  const of = (lane: Lane): Box[] => boxes.filter((box) => box.lane === lane);
  const place = (lane: Lane, x: number, y: number, isFlat: boolean): Frame => {
    const own = of(lane);
    const width = Math.max(120, ...own.map(boxWidth));
    const frame = isFlat
      ? { x, y, width: own.length * (width + GAP) - GAP + 2 * PADDING, height: BOX_HEIGHT + TITLE + 2 * PADDING }
      : { x, y, width: width + 2 * PADDING, height: own.length * (BOX_HEIGHT + GAP) - GAP + TITLE + 2 * PADDING };
    own.forEach((box, index) => {
      const step = index * ((isFlat ? width : BOX_HEIGHT) + GAP);
      frames.set(box.id, {
        x: x + PADDING + (isFlat ? step : 0),
        y: y + PADDING + TITLE + (isFlat ? 0 : step),
        width,
        height: BOX_HEIGHT,
      });
    });
    lanes.set(lane, frame);
    return frame;
  };
  const advance = (
    list: readonly Lane[],
    y: number,
    { gap, isFlat }: { readonly gap: number; readonly isFlat: boolean },
  ): Frame[] => {
    let x = PADDING;
    return list
      .filter((lane) => of(lane).length > 0)
      .map((lane) => {
        const frame = place(lane, x, y, isFlat);
        x += frame.width + gap;
        return frame;
      });
  };
  const columns = advance(COLUMNS, TOP, { gap: COLUMN_GAP, isFlat: false });
  const bottom = Math.max(TOP, ...columns.map(({ y, height }) => y + height));
  const row = advance(ROW, bottom + ROW_GAP, { gap: GAP * 2, isFlat: true });
  const all = [...columns, ...row];
  return {
    lanes,
    boxes: frames,
    width: Math.ceil(Math.max(320, ...all.map(({ x, width }) => x + width)) + PADDING),
    height: Math.ceil(Math.max(bottom, ...all.map(({ y, height }) => y + height)) + PADDING),
  };
}

function boxWidth({ title, subtitle }: Box): number {
  return Math.ceil(Math.max(title.length, subtitle.length) * CHARACTER) + 24;
}

function frameOf({ boxes }: Layout, id: string): Frame {
  return boxes.get(id) ?? { x: 0, y: 0, width: 0, height: 0 };
}

function laneShape(lane: Lane, { x, y, width, height }: Frame): string {
  const [fill, stroke] = COLOURS[lane];
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="10" fill="${fill}" stroke="${stroke}" stroke-dasharray="5 4"/><text x="${x + PADDING}" y="${y + 28}" font-weight="600" fill="${stroke}">${LANE_TITLES[lane]}</text>`;
}

function boxShape({ lane, title, subtitle }: Box, { x, y, width, height }: Frame): string {
  const [, stroke] = COLOURS[lane];
  const middle = x + width / 2;
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" fill="#ffffff" stroke="${stroke}"/><text x="${middle}" y="${y + 21}" text-anchor="middle" fill="#222222">${escape(title)}</text><text x="${middle}" y="${y + 38}" text-anchor="middle" font-size="11" fill="#666666">${escape(subtitle)}</text>`;
}

function marker([kind, colour]: readonly [string, string]): string {
  return `<marker id="${kind}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0 10 5 0 10z" fill="${colour}"/></marker>`;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Which side of a box a line leaves by: towards the other column, or down to the row below and up again. */
type SideName = "left" | "right" | "top" | "bottom";

function sidesOf(from: Frame, to: Frame, rowTop: number): readonly [SideName, SideName] {
  const isAcross = from.y < rowTop === to.y < rowTop && from.x !== to.x;
  if (isAcross) return from.x < to.x ? ["right", "left"] : ["left", "right"];
  return from.y < to.y ? ["bottom", "top"] : ["top", "bottom"];
}

/** Lines that share a side are spread over it. */
function lineShapes(lines: readonly Line[], layout: Layout): string[] {
  const row = ROW.flatMap((lane) => layout.lanes.get(lane) ?? []);
  const rowTop = Math.min(Number.POSITIVE_INFINITY, ...row.map(({ y }) => y));
  const plans = lines.map((line) => {
    const [from, to] = [frameOf(layout, line.from), frameOf(layout, line.to)];
    const [out, into] = sidesOf(from, to, rowTop);
    return { line, from, to, out, into, outKey: `${line.from} ${out}`, intoKey: `${line.to} ${into}` };
  });
  const totals = new Map<string, number>();
  for (const key of plans.flatMap(({ outKey, intoKey }) => [outKey, intoKey]))
    totals.set(key, (totals.get(key) ?? 0) + 1);
  const used = new Map<string, number>();
  const next = (key: string): number => {
    const index = (used.get(key) ?? 0) + 1;
    used.set(key, index);
    return index / ((totals.get(key) ?? 1) + 1);
  };
  const drawn = plans.map(({ line, from, to, out, into, outKey, intoKey }, index) => {
    const [start, end] = [pointOn(from, out, next(outKey)), pointOn(to, into, next(intoKey))];
    return {
      line,
      start,
      end,
      isFlat: out === "left" || out === "right",
      share: LABEL_SHARES[index % LABEL_SHARES.length] ?? 0.5,
    };
  });
  return [...drawn.map(curve), ...drawn.map(labelShape)];
}

function pointOn({ x, y, width, height }: Frame, side: SideName, share: number): Point {
  if (side === "left") return { x, y: y + height * share };
  if (side === "right") return { x: x + width, y: y + height * share };
  return { x: x + width * share, y: side === "top" ? y : y + height };
}

interface Drawn {
  readonly line: Line;
  readonly start: Point;
  readonly end: Point;
  readonly isFlat: boolean;
  /** Where on the line its label stands. */
  readonly share: number;
}

/** Lines that cross have their labels at different heights. */
const LABEL_SHARES = [0.5, 0.34, 0.66];

function curve({ line, start, end, isFlat }: Drawn): string {
  const middle = isFlat ? (start.x + end.x) / 2 : (start.y + end.y) / 2;
  const [one, two] = isFlat
    ? [`${middle} ${start.y}`, `${middle} ${end.y}`]
    : [`${start.x} ${middle}`, `${end.x} ${middle}`];
  const dash = line.kind === "flow" || line.kind === "leak" ? "" : ' stroke-dasharray="6 5"';
  const width = line.kind === "leak" ? 3 : 1.6;
  return `<path d="M${start.x} ${start.y}C${one} ${two} ${end.x} ${end.y}" fill="none" stroke="${STROKES[line.kind]}" stroke-width="${width}"${dash} marker-end="url(#${line.kind})"/>`;
}

function labelShape({ line, start, end, isFlat, share }: Drawn): string {
  const text = line.kind === "blocked" ? `${line.label}: blocked` : line.label;
  // On a curve whose control points lie halfway, the way along one axis is even and along the other eased.
  const eased = share * share * (3 - 2 * share);
  const even = 1.5 * share * (1 - share) + share ** 3;
  const [alongX, alongY] = isFlat ? [even, eased] : [eased, even];
  const [x, y] = [start.x + (end.x - start.x) * alongX, start.y + (end.y - start.y) * alongY];
  const width = text.length * 6.6 + 10;
  return `<rect x="${x - width / 2}" y="${y - 10}" width="${width}" height="18" rx="4" fill="#ffffff" fill-opacity="0.92"/><text x="${x}" y="${y + 4}" text-anchor="middle" font-size="11.5" fill="${STROKES[line.kind]}">${escape(text)}</text>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
