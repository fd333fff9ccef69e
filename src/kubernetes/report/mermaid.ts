/** A picture of the zones as a Mermaid flow chart, for pages that render it. */
import { LANE_TITLES, type Lane, type Line, type Picture } from "./picture.ts";

const ARROWS: Readonly<Record<Line["kind"], readonly [string, string]>> = {
  flow: ["--", "-->"],
  blocked: ["--", "--x"],
  leak: ["==", "==>"],
  conduit: ["-.", ".->"],
};

const CLASSES = [
  "classDef raw fill:#fde8e4,stroke:#b3401f,color:#3a1408",
  "classDef masker fill:#e3edfb,stroke:#2458a6,color:#0d2444",
  "classDef masked fill:#e2f4e6,stroke:#2c7a3f,color:#0e3318",
  "classDef ops fill:#f1eefa,stroke:#6a4fb3,color:#251a45",
  "classDef elsewhere fill:#f2f2f2,stroke:#666666,color:#222222",
];

export function mermaidOf({ verdict, boxes, lines }: Picture): string {
  const lanes = (Object.keys(LANE_TITLES) as Lane[]).flatMap((lane) => {
    const own = boxes.filter((box) => box.lane === lane);
    if (own.length === 0) return [];
    return [
      `  subgraph ${lane}["${LANE_TITLES[lane]}"]`,
      ...own.map(
        ({ id, title, subtitle }) => `    ${id}["${escape(title)}<br/><small>${escape(subtitle)}</small>"]:::${lane}`,
      ),
      "  end",
    ];
  });
  const arrows = lines.map(({ from, to, label, kind }) => {
    const [open, close] = ARROWS[kind];
    return `  ${from} ${open} "${escape(label)}" ${close} ${to}`;
  });
  const leaks = lines.flatMap(({ kind }, index) => (kind === "leak" ? [index] : []));
  const red = leaks.length === 0 ? [] : [`  linkStyle ${leaks.join(",")} stroke:#c81e1e,stroke-width:3px`];
  return ["flowchart LR", `  %% ${verdict}`, ...lanes, ...arrows, ...red, ...CLASSES.map((one) => `  ${one}`), ""].join(
    "\n",
  );
}

/** Mermaid reads entities in quoted text; a quote would end it. */
function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
