/**
 * A NetworkPolicy's spec as the API server stores it, whatever was given.
 *
 * Owns defaulting only; what the server refuses is told by `check/`. Measured against kube-apiserver 1.32: the stored
 * form is what plugins see, and it often means something else than what was written.
 */
import { fieldsOf, isFields, listOf, type Fields } from "../value.ts";

export function storedSpec(given: unknown): Fields {
  const spec = fieldsOf(given);
  const ingress = storedRules(spec["ingress"], "from");
  const egress = storedRules(spec["egress"], "to");
  const named = listOf(spec["policyTypes"]);
  return {
    podSelector: storedSelector(spec["podSelector"]),
    ...(ingress.length > 0 ? { ingress } : {}),
    ...(egress.length > 0 ? { egress } : {}),
    // An empty list of egress rules is as good as none: egress stays open.
    policyTypes: named.length > 0 ? named : egress.length > 0 ? ["Ingress", "Egress"] : ["Ingress"],
  };
}

/** `null` becomes an empty rule, which allows everything. */
function storedRules(rules: unknown, side: "from" | "to"): Fields[] {
  return listOf(rules).map((given) => {
    const rule = fieldsOf(given);
    const peers = listOf(rule[side]).map(storedPeer);
    const ports = listOf(rule["ports"]).map((port) => ({ protocol: "TCP", ...withoutNull(port) }));
    // An empty list is dropped, and a rule without one matches everything.
    return { ...(peers.length > 0 ? { [side]: peers } : {}), ...(ports.length > 0 ? { ports } : {}) };
  });
}

function storedPeer(given: unknown): Fields {
  const peer = withoutNull(given);
  return Object.fromEntries(
    Object.entries(peer).map(([key, value]) => [key, key === "ipBlock" ? withoutEmpty(value) : storedSelector(value)]),
  );
}

function storedSelector(value: unknown): Fields {
  return withoutEmpty(value);
}

function withoutNull(value: unknown): Fields {
  return Object.fromEntries(Object.entries(fieldsOf(value)).filter(([, item]) => item !== null));
}

function withoutEmpty(value: unknown): Fields {
  const isEmpty = (item: unknown): boolean =>
    item === null || (Array.isArray(item) && item.length === 0) || (isFields(item) && Object.keys(item).length === 0);
  return Object.fromEntries(Object.entries(fieldsOf(value)).filter(([, item]) => !isEmpty(item)));
}
