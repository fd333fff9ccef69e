/**
 * The zones and the flows between them, as a drawing knows them: boxes in places, lines between boxes.
 *
 * Owns what is drawn and where it belongs; mermaid.ts and svg.ts own how. Ends that differ only by a label that somebody
 * could choose are one box.
 */
import { createEvaluator } from "../netpolicy/evaluate.ts";
import { isPod, type End } from "../netpolicy/model.ts";
import { isConduit, roleOf, type Role } from "../netpolicy/plan.ts";
import { intersect, isEmpty } from "../netpolicy/port-set.ts";
import type { Report } from "../netpolicy/verify.ts";

export type Lane = "raw" | "masker" | "masked" | "ops" | "elsewhere";

export interface Box {
  readonly id: string;
  readonly lane: Lane;
  readonly title: string;
  readonly subtitle: string;
}

export interface Line {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly kind: "flow" | "blocked" | "leak" | "conduit";
}

export interface Picture {
  readonly verdict: Report["verdict"];
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
}

export const LANE_TITLES: Readonly<Record<Lane, string>> = {
  raw: "zone raw",
  masker: "the masker",
  masked: "zone masked",
  ops: "operations",
  elsewhere: "elsewhere",
};

const LANE_OF: Readonly<Record<Role, Lane>> = {
  raw: "raw",
  masker: "masker",
  own: "masker",
  masked: "masked",
  ops: "ops",
  untrusted: "elsewhere",
};

/** More leaks than this are counted, not drawn. */
const LEAKS_LIMIT = 6;

export function pictureOf({ verdict, flows, leaks, plan, world }: Report): Picture {
  const boxes = new Map<string, Box>();
  const lines = new Map<string, Line>();
  const boxFor = (end: End): string => {
    const lane = plan === undefined ? "elsewhere" : LANE_OF[roleOf(end, plan, world)];
    const [title, subtitle] = isPod(end) ? [titleOf(end.name), end.namespace] : [end.name, "outside"];
    const key = `${lane}/${subtitle}/${title}`;
    const known = boxes.get(key);
    if (known !== undefined) return known.id;
    const id = `n${boxes.size + 1}`;
    boxes.set(key, { id, lane, title, subtitle });
    return id;
  };
  const draw = (line: Line): void => {
    lines.set(`${line.from} ${line.to} ${line.label} ${line.kind}`, line);
  };
  for (const { name, from, to, port, isAllowed } of flows) {
    const [left, right] = [boxFor(from), boxFor(to)];
    draw({ from: left, to: right, label: `${name} ${port}`, kind: isAllowed ? "flow" : "blocked" });
  }
  for (const { path, steps } of leaks.slice(0, LEAKS_LIMIT)) {
    path.slice(1).forEach((end, index) => {
      const step = steps[index];
      const [from, to] = step === undefined ? [path[index] ?? end, end] : [step.from, step.to];
      draw({ from: boxFor(from), to: boxFor(to), label: "leak", kind: "leak" });
    });
  }
  for (const { from, to, name } of conduitsInUse(plan, world)) {
    draw({ from: boxFor(from), to: boxFor(to), label: name, kind: "conduit" });
  }
  return { verdict, boxes: [...boxes.values()], lines: [...lines.values()] };
}

interface Use {
  readonly from: End;
  readonly to: End;
  readonly name: string;
}

/** One line for each conduit and namespace (or address) at its end, from whoever raw may open it. */
function conduitsInUse(plan: Report["plan"], world: Report["world"]): Use[] {
  if (plan === undefined) return [];
  const { portsBetween } = createEvaluator(world);
  const raw = world.pods.filter((pod) => roleOf(pod, plan, world) === "raw");
  const uses = new Map<string, Use>();
  for (const conduit of plan.conduits)
    for (const to of [...world.pods, ...world.outside]) {
      const key = `${conduit.name} ${isPod(to) ? to.namespace : to.name}`;
      if (uses.has(key) || !isConduit(conduit, to, world.namespaces)) continue;
      const from = raw.find((one) => !isEmpty(intersect(portsBetween(one, to), conduit.ports)));
      if (from !== undefined) uses.set(key, { from, to, name: conduit.name });
    }
  return [...uses.values()];
}

/** `(any pod with maskwire.dev/role=producer)` is drawn as `any producer`. */
function titleOf(name: string): string {
  const labels = /^\(any pod with (.*)\)$/.exec(name)?.[1];
  if (labels === undefined) return name === "(any pod without labels)" ? "any pod" : name;
  const values = labels.split(",").map((pair) => pair.slice(pair.indexOf("=") + 1));
  return `any ${values.join(" ")}`;
}
