/**
 * Can raw data reach anybody by a way that does not cross the masker?
 *
 * A graph without directions: an open connection carries data both ways, so a subscriber that dials the raw broker is
 * a leak although the arrow points the other way. The masker is taken out, then everything that raw data reaches is
 * searched. Owns the search; who is raw and what is declared comes with the plan.
 */
import type { Evaluator, Half } from "./evaluate.ts";
import { endName, isPod, PROTOCOLS, type End } from "./model.ts";
import { isConduit, isUpstream, roleOf, type Conduit, type Plan, type Role } from "./plan.ts";
import { intersect, isEmpty, NO_PORTS, portSet, subtractPorts, unite, type PortSet } from "./port-set.ts";
import type { World } from "./world.ts";

/** One connection that may be opened, and what opens it. */
export interface Step {
  readonly from: End;
  readonly to: End;
  readonly ports: PortSet;
  readonly egress: Half;
  readonly ingress: Half;
}

export interface Leak {
  /** Whom the raw data reaches, and what they are. */
  readonly role: Role;
  readonly path: readonly End[];
  readonly steps: readonly Step[];
  /** As many others are reached for the same reason. */
  readonly moreCount: number;
  /** No end of it is hypothetical. */
  readonly isClosedWorld: boolean;
}

export interface Proof {
  readonly leaks: readonly Leak[];
  readonly notes: readonly string[];
  readonly endCount: number;
  readonly rawCount: number;
}

interface Scene {
  readonly world: World;
  readonly plan: Plan;
  readonly evaluator: Evaluator;
  readonly ends: readonly End[];
  readonly roles: ReadonlyMap<End, Role>;
  readonly notes: Set<string>;
}

export function prove(world: World, plan: Plan, evaluator: Evaluator): Proof {
  const ends: End[] = [...world.pods, ...world.outside];
  const roles = new Map(ends.map((end) => [end, roleOf(end, plan, world)]));
  const scene: Scene = { world, plan, evaluator, ends, roles, notes: new Set() };
  const maskers = ends.filter((end) => roles.get(end) === "masker");
  const raw = ends.filter((end) => roles.get(end) === "raw");
  const fromMasker = maskers.flatMap((masker) => maskerLeaks(scene, masker));
  // What the masker reaches in its own namespace (the canary) may hold raw data as well.
  const helpers = new Set(fromMasker.filter(({ role }) => role === "own").map(({ path }) => path.at(-1) as End));
  const sources = [...raw, ...helpers];
  const leaks = [...fromMasker.filter(({ role }) => role !== "own"), ...search(scene, sources)];
  return { leaks: groupLeaks(leaks), notes: [...scene.notes], endCount: ends.length, rawCount: raw.length };
}

/** Breadth first, so that each path is a shortest one. Hypothetical ends are reached, never searched from. */
function search(scene: Scene, sources: readonly End[]): Leak[] {
  const previous = new Map<End, Step | undefined>(sources.map((source) => [source, undefined]));
  const cameFrom = new Map<End, End>();
  const leaks: Leak[] = [];
  const queue = [...sources];
  const remaining = new Set(scene.ends.filter((end) => !previous.has(end) && scene.roles.get(end) !== "masker"));
  for (let at = 0; at < queue.length && remaining.size > 0; at += 1) {
    const end = queue[at];
    for (const other of remaining) {
      const step = stepBetween(scene, end, other);
      if (step === undefined) continue;
      remaining.delete(other);
      previous.set(other, step);
      cameFrom.set(other, end);
      leaks.push(leakTo(other, { scene, previous, cameFrom }));
      if (isPod(other) && !other.isHypothetical) queue.push(other);
    }
  }
  return leaks;
}

interface Trail {
  readonly scene: Scene;
  readonly previous: ReadonlyMap<End, Step | undefined>;
  readonly cameFrom: ReadonlyMap<End, End>;
}

function leakTo(end: End, { scene, previous, cameFrom }: Trail): Leak {
  const path: End[] = [end];
  const steps: Step[] = [];
  for (let at: End | undefined = end; at !== undefined; at = cameFrom.get(at)) {
    const step = previous.get(at);
    if (step === undefined) break;
    steps.unshift(step);
    path.unshift(cameFrom.get(at) as End);
  }
  return finishLeak(scene.roles.get(end) ?? "untrusted", path, steps);
}

function finishLeak(role: Role, path: readonly End[], steps: readonly Step[]): Leak {
  const isClosedWorld = path.every((end) => !isPod(end) || !end.isHypothetical);
  return { role, path, steps, moreCount: 0, isClosedWorld };
}

/** A connection in either direction, by ports that no conduit declares. */
function stepBetween(scene: Scene, one: End, other: End): Step | undefined {
  return openStep(scene, one, other) ?? openStep(scene, other, one);
}

function openStep(scene: Scene, from: End, to: End): Step | undefined {
  if (!isPod(from) && !isPod(to)) return undefined;
  const open = scene.evaluator.portsBetween(from, to);
  if (isEmpty(open)) return undefined;
  const ports = withoutConduits(scene, { from, to, open });
  return isEmpty(ports) ? undefined : explainStep(scene.evaluator, { from, to, ports });
}

interface Opening {
  readonly from: End;
  readonly to: End;
  readonly open: PortSet;
}

/** Notes every conduit that is in use. */
function withoutConduits({ plan, world, notes }: Scene, { to, open }: Opening): PortSet {
  let rest = open;
  for (const conduit of plan.conduits) {
    if (!isConduit(conduit, to, world.namespaces) || isEmpty(intersect(open, conduit.ports))) continue;
    notes.add(conduitNote(conduit, to));
    rest = subtractPorts(rest, conduit.ports);
  }
  return rest;
}

function conduitNote({ name, reason }: Conduit, to: End): string {
  const where = isPod(to) ? `namespace ${to.namespace}` : endName(to);
  return `raw data could take the conduit "${name}" in ${where}: ${reason}`;
}

export function explainStep(
  evaluator: Evaluator,
  { from, to, ports }: { readonly from: End; readonly to: End; readonly ports: PortSet },
): Step {
  const protocol = PROTOCOLS.find((one) => ports[one].length > 0) ?? "TCP";
  const port = ports[protocol][0]?.first ?? 1;
  const { egress, ingress } = evaluator.allowed({ from, to, port, protocol });
  return { from, to, ports, egress, ingress };
}

/** Whom the masker itself may dial beside what is declared: raw data could leave before it is masked. */
function maskerLeaks(scene: Scene, masker: End): Leak[] {
  const { plan, world, evaluator, notes } = scene;
  const leaks: Leak[] = [];
  for (const end of scene.ends) {
    const role = scene.roles.get(end) ?? "untrusted";
    if (role === "masker" || role === "raw") continue;
    let ports = evaluator.portsBetween(masker, end);
    if (isEmpty(ports)) continue;
    ports = withoutConduits(scene, { from: masker, to: end, open: ports });
    for (const upstream of plan.upstreams) {
      const declared = isUpstream(upstream, end)
        ? portSet("TCP", [{ first: upstream.port, last: upstream.port }])
        : NO_PORTS;
      if (isEmpty(intersect(ports, declared))) continue;
      if (upstream.ranges === undefined) {
        notes.add(`the masker may dial ${endName(end)} for "${upstream.name}"; that this is its host is not checked`);
      }
      ports = subtractPorts(ports, declared);
    }
    ports = subtractPorts(ports, brokerPorts(scene, end, world));
    if (!isEmpty(ports))
      leaks.push(finishLeak(role, [masker, end], [explainStep(evaluator, { from: masker, to: end, ports })]));
  }
  return leaks;
}

function brokerPorts({ plan }: Scene, end: End, { namespaces }: World): PortSet {
  return plan.brokers
    .filter(({ to }) => isConduit({ name: "", reason: "", to, ports: NO_PORTS }, end, namespaces))
    .map(({ port }) => portSet("TCP", [{ first: port, last: port }]))
    .reduce(unite, NO_PORTS);
}

/** One leak for each reason: the given ends before the hypothetical ones, the masked zone before all else. */
function groupLeaks(leaks: readonly Leak[]): Leak[] {
  const groups = new Map<string, Leak[]>();
  for (const leak of leaks) {
    const key = [leak.role, ...leak.steps.map((step) => `${whyKey(step.egress)}|${whyKey(step.ingress)}`)].join(">");
    groups.set(key, [...(groups.get(key) ?? []), leak]);
  }
  const rank = ({ role, isClosedWorld, path }: Leak): number =>
    (isClosedWorld ? 0 : 100) + (role === "masked" ? 0 : 10) + path.length;
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group.toSorted((a, b) => rank(a) - rank(b));
      return first === undefined ? [] : [{ ...first, moreCount: group.length - 1 }];
    })
    .toSorted((a, b) => rank(a) - rank(b));
}

function whyKey({ why }: Half): string {
  if (why.kind !== "rule") return why.kind;
  const { policy, direction, index } = why.rule;
  return `${policy.namespace}/${policy.name}/${direction}/${index}`;
}
