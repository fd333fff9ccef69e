/**
 * What the zones mean: who holds raw data, who is the masker, who may see masked data, and what is declared besides.
 *
 * Zones are decided by the label of the namespace, which whoever may create pods cannot forge. Roles of pods narrow
 * what flows are declared, never what zone a pod is in.
 */
import { holds, pointOf, type Interval } from "../address.ts";
import { isSelected, type Selector } from "../selector.ts";
import { isPod, type Cluster, type End } from "./model.ts";
import type { PortSet } from "./port-set.ts";

export const ZONE_LABEL = "maskwire.dev/zone";
export const ROLE_LABEL = "maskwire.dev/role";

/** `own`: in the masker's namespace, not the masker. `untrusted`: all else, the outside included. */
export type Role = "raw" | "masker" | "masked" | "ops" | "own" | "untrusted";

export interface PodChoice {
  readonly namespaces: Selector;
  readonly pods: Selector;
}

export interface Door {
  readonly name: "publish" | "subscribe" | "admin";
  readonly port: number;
  readonly from: Role;
}

export interface Upstream {
  readonly name: string;
  readonly port: number;
  /** `undefined`: the configuration knows a host name only, and any address outside on that port is taken for it. */
  readonly ranges: readonly Interval[] | undefined;
}

/** A way that data could take, allowed for a reason and said every time. */
export interface Conduit {
  readonly name: string;
  readonly reason: string;
  readonly to: PodChoice | Interval;
  readonly ports: PortSet;
}

export interface Broker {
  readonly name: string;
  readonly to: PodChoice;
  readonly port: number;
}

export interface Plan {
  readonly masker: { readonly namespace: string; readonly pods: Selector };
  readonly doors: readonly Door[];
  readonly ops: PodChoice;
  readonly upstreams: readonly Upstream[];
  readonly brokers: readonly Broker[];
  readonly conduits: readonly Conduit[];
}

export function roleOf(end: End, plan: Plan, { namespaces }: Pick<Cluster, "namespaces">): Role {
  if (!isPod(end)) return "untrusted";
  if (end.namespace === plan.masker.namespace) {
    return isSelected(plan.masker.pods, end.labels) && !end.isHostNetwork ? "masker" : "own";
  }
  const labels = namespaces.get(end.namespace)?.labels ?? {};
  const zone = Object.hasOwn(labels, ZONE_LABEL) ? labels[ZONE_LABEL] : undefined;
  if (zone === "raw" || zone === "masked") return zone;
  return isChosen(plan.ops, end, namespaces) ? "ops" : "untrusted";
}

export function isChosen(choice: PodChoice, end: End, namespaces: Cluster["namespaces"]): boolean {
  if (!isPod(end) || end.isHostNetwork) return false;
  const labels = namespaces.get(end.namespace)?.labels ?? {};
  return isSelected(choice.namespaces, labels) && isSelected(choice.pods, end.labels);
}

export function isConduit({ to }: Conduit, end: End, namespaces: Cluster["namespaces"]): boolean {
  if ("family" in to) return !isPod(end) && holds(to, pointOf(end.address));
  return isChosen(to, end, namespaces);
}

export function isUpstream({ ranges }: Upstream, end: End): boolean {
  if (isPod(end)) return false;
  return ranges === undefined || ranges.some((range) => holds(range, pointOf(end.address)));
}
