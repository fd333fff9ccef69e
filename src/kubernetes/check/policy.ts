/** What the API server refuses in a NetworkPolicy whose fields have the right types. */
import { holds, parseRange } from "../address.ts";
import type { Path } from "../object.ts";
import { fieldsOf, isFields, listOf, textOf } from "../value.ts";
import { portFaults, protocolFaults, selectorFaults } from "./names.ts";
import { pathText, type Fault } from "./shape-check.ts";

const TYPES_LIMIT = 2;

export function policyFaults(spec: unknown): Fault[] {
  const { podSelector, policyTypes, ingress, egress } = fieldsOf(spec);
  const types = listOf(policyTypes);
  const unknown = types.flatMap((type, index): Fault[] => {
    const path = ["spec", "policyTypes", index];
    return type === "Ingress" || type === "Egress"
      ? []
      : [{ path, text: `${pathText(path)}: write Ingress or Egress` }];
  });
  const tooMany =
    types.length > TYPES_LIMIT ? [{ path: ["spec", "policyTypes"], text: "spec.policyTypes has more than two" }] : [];
  return [
    ...selectorFaults(podSelector, ["spec", "podSelector"]),
    ...unknown,
    ...tooMany,
    ...ruleFaults(ingress, "from", ["spec", "ingress"]),
    ...ruleFaults(egress, "to", ["spec", "egress"]),
  ];
}

function ruleFaults(rules: unknown, side: "from" | "to", path: Path): Fault[] {
  return listOf(rules).flatMap((value, index) => {
    const rule = fieldsOf(value);
    return [
      ...listOf(rule[side]).flatMap((peer, at) => peerFaults(peer, [...path, index, side, at])),
      ...listOf(rule["ports"]).flatMap((port, at) => policyPortFaults(port, [...path, index, "ports", at])),
    ];
  });
}

function peerFaults(value: unknown, path: Path): Fault[] {
  const peer = Object.fromEntries(Object.entries(fieldsOf(value)).filter(([, item]) => item !== null));
  const fault = (text: string): Fault[] => [{ path, text: `${pathText(path)}: ${text}` }];
  if (Object.keys(peer).length === 0) return fault("names nobody; write a selector or an ipBlock");
  if (peer["ipBlock"] === undefined) {
    return [
      ...selectorFaults(peer["podSelector"], [...path, "podSelector"]),
      ...selectorFaults(peer["namespaceSelector"], [...path, "namespaceSelector"]),
    ];
  }
  if (Object.keys(peer).length > 1) return fault("an ipBlock stands alone; put the selector into an item of its own");
  return isFields(peer["ipBlock"]) ? blockFaults(peer["ipBlock"], [...path, "ipBlock"]) : [];
}

function blockFaults(block: Readonly<Record<string, unknown>>, path: Path): Fault[] {
  const range = parseRange(textOf(block["cidr"]));
  if (range === undefined) {
    const at = [...path, "cidr"];
    return [{ path: at, text: `${pathText(at)}: write an address and a prefix, such as 198.51.100.0/25` }];
  }
  return listOf(block["except"]).flatMap((text, index): Fault[] => {
    const hole = parseRange(textOf(text));
    const isInside = hole !== undefined && holds(range, hole) && hole.prefix > range.prefix;
    const at = [...path, "except", index];
    return isInside ? [] : [{ path: at, text: `${pathText(at)} must lie inside of cidr, as a part of it` }];
  });
}

function policyPortFaults(value: unknown, path: Path): Fault[] {
  const { port, protocol, endPort } = fieldsOf(value);
  const at = [...path, "endPort"];
  const text = endPortFault(port, endPort);
  return [
    ...portFaults(port, [...path, "port"]),
    ...protocolFaults(protocol, [...path, "protocol"]),
    ...(text === undefined ? [] : [{ path: at, text: `${pathText(at)} ${text}` }]),
  ];
}

function endPortFault(port: unknown, endPort: unknown): string | undefined {
  if (endPort === undefined || endPort === null) return undefined;
  if (typeof port !== "number") return "needs a port that is a number";
  if (typeof endPort !== "number" || endPort < port) return "must not be below port";
  return endPort > 65_535 ? "must be from 1 to 65535" : undefined;
}
