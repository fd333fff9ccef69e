/**
 * Whom data can reach by connections that open: in either direction, over as many steps as it takes.
 *
 * Owns who may pass raw data on. Reads what packets did, never a policy.
 */
import type { Host } from "./cluster.ts";
import type { Probed } from "./matrix.ts";

/** Raw data may cross these: the masker is what it is for, and DNS is told of in docs/kubernetes.md. */
export const CROSSINGS = ["maskwire/maskwire", "kube-system/dns", "openshift-dns/dns"];

/** Everybody whom data of the namespace can reach by open connections, in either direction, past the crossings. */
export function reachedFrom(namespace: string, probed: readonly Probed[]): string[] {
  const isCrossing = ({ name }: Host): boolean => CROSSINGS.includes(name);
  const links = probed.filter(({ isOpen, from, to }) => isOpen && !isCrossing(from) && !isCrossing(to));
  const hosts = probed.flatMap(({ from }) => (from.pod?.namespace === namespace ? [from.name] : []));
  const reached = new Set(hosts);
  for (const name of reached) {
    for (const { from, to } of links) {
      if (from.name === name) reached.add(to.name);
      if (to.name === name) reached.add(from.name);
    }
  }
  return [...reached].toSorted();
}
