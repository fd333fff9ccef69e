/**
 * Declared flows, and the masker's doors.
 *
 * Owns two questions: is every declared flow allowed even where a plugin does not count ranges for pods, and may
 * anybody open a port of the masker that is not meant for them?
 */
import type { Evaluator, Half } from "./evaluate.ts";
import { endName, isPod, type End, type Pod } from "./model.ts";
import { isChosen, ROLE_LABEL, roleOf, type Plan, type Role } from "./plan.ts";
import { explainStep, type Step } from "./prove.ts";
import { hasPort, isEmpty, portSet, subtractPorts } from "./port-set.ts";
import type { World } from "./world.ts";

export interface Flow {
  readonly name: string;
  readonly from: End;
  readonly to: End;
  readonly port: number;
  readonly isAllowed: boolean;
  readonly egress: Half;
  readonly ingress: Half;
}

const DOOR_ROLES: Readonly<Record<string, string>> = { publish: "producer", subscribe: "subscriber" };

/** Every declared flow with its two halves; `evaluator` is one in liveness mode. */
export function declaredFlows(world: World, plan: Plan, evaluator: Evaluator): Flow[] {
  const maskers = world.pods.filter((pod) => roleOf(pod, plan, world) === "masker");
  const [masker] = preferGiven(maskers);
  if (masker === undefined) return [];
  const flow = (name: string, from: End, to: End, port: number): Flow => {
    const { allow, egress, ingress } = evaluator.allowed({ from, to, port, protocol: "TCP" });
    return { name, from, to, port, isAllowed: allow, egress, ingress };
  };
  const doors = plan.doors.flatMap(({ name, port, from }) =>
    clientsOf(world, plan, { door: name, zone: from }).flatMap(({ pods, isAny }) => {
      const flows = pods.map((client) => flow(name, client, masker, port));
      return isAny ? [flows.find(({ isAllowed }) => isAllowed) ?? flows[0]] : flows;
    }),
  );
  const brokers = plan.brokers.flatMap(({ name, to, port }) =>
    preferGiven(world.pods.filter((pod) => isChosen(to, pod, world.namespaces)))
      .slice(0, 1)
      .map((broker) => flow(`broker ${name}`, masker, broker, port)),
  );
  const upstreams = plan.upstreams.flatMap(({ name, ranges, port }) =>
    (ranges ?? []).map(({ family, first }) => {
      const address = { family, value: first };
      const known = world.outside.find((one) => one.address.family === family && one.address.value === first);
      return flow(`upstream ${name}`, masker, known ?? { name: `${name}'s first address`, address }, port);
    }),
  );
  return [...doors, ...brokers, ...upstreams];
}

interface Clients {
  readonly pods: readonly Pod[];
  /** One of them is enough. */
  readonly isAny: boolean;
}

/**
 * Pods with the role that a door is for, in every namespace of its zone; hypothetical ones where none is given. Where
 * nobody has the role, any pod of the zone that may come: the configuration can name clients by other labels.
 */
function clientsOf(world: World, plan: Plan, { door, zone }: { door: string; zone: Role }): Clients[] {
  const role = DOOR_ROLES[door];
  const inZone = world.pods.filter((pod) => roleOf(pod, plan, world) === zone && !pod.isHostNetwork);
  const withRole = inZone.filter((pod) => role === undefined || pod.labels[ROLE_LABEL] === role);
  const isAny = withRole.length === 0;
  const clients = isAny ? inZone : withRole;
  const places = new Set(clients.map(({ namespace }) => namespace));
  return [...places].map((place) => {
    const here = clients.filter(({ namespace }) => namespace === place);
    const given = here.filter(({ isHypothetical }) => !isHypothetical);
    return { pods: given.length > 0 ? given : isAny ? here : here.slice(0, 1), isAny };
  });
}

function preferGiven(pods: readonly Pod[]): Pod[] {
  return pods.toSorted((a, b) => Number(a.isHypothetical) - Number(b.isHypothetical));
}

/** Ports of the masker that somebody may open who should not; one step for each role and door. */
export function wrongDoors(world: World, plan: Plan, evaluator: Evaluator): Step[] {
  const maskers = world.pods.filter((pod) => roleOf(pod, plan, world) === "masker");
  const found = new Map<string, Step>();
  for (const masker of maskers)
    for (const end of [...world.pods, ...world.outside]) {
      const role = roleOf(end, plan, world);
      if (role === "masker" || (isPod(end) && end.isHostNetwork && role === "own")) continue;
      const open = evaluator.portsBetween(end, masker);
      if (isEmpty(open)) continue;
      const meant = plan.doors.filter(({ from }) => from === role);
      let ports = open;
      for (const { port } of meant) ports = subtractPorts(ports, portSet("TCP", [{ first: port, last: port }]));
      if (isEmpty(ports)) continue;
      const doors = plan.doors.filter(({ port }) => hasPort(ports, "TCP", port)).map(({ name }) => name);
      const key = `${role}:${doors.join(",")}`;
      if (!found.has(key)) found.set(key, explainStep(evaluator, { from: end, to: masker, ports }));
    }
  return [...found.values()];
}

export function describeFlow({ name, from, to, port }: Flow): string {
  return `${name}: ${endName(from)} to ${endName(to)}:${port}`;
}
