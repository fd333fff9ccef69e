/** What the API server takes in a NetworkPolicy and is wrong all the same: seen from the policy alone. */
import { holds, overlaps, parseAddress, parseRange, pointOf, subtract, type Range } from "../address.ts";
import { pathText } from "../check/shape-check.ts";
import { findingAt, type Finding, type RuleId } from "../finding.ts";
import { PRIVATE_RANGES } from "../netpolicy/model.ts";
import type { KubernetesObject, Path } from "../object.ts";
import { fieldsOf, isFields, listOf, textOf, type Fields } from "../value.ts";

interface Side {
  readonly list: "ingress" | "egress";
  readonly peers: "from" | "to";
  readonly type: "Ingress" | "Egress";
}

const SIDES: readonly Side[] = [
  { list: "ingress", peers: "from", type: "Ingress" },
  { list: "egress", peers: "to", type: "Egress" },
];

type Report = (rule: RuleId, path: Path, text: string) => void;

export function policyLints(object: KubernetesObject): Finding[] {
  const found: Finding[] = [];
  const report: Report = (rule, path, text) => {
    found.push(findingAt(object, rule, path, `${pathText(path)} ${text}`));
  };
  const spec = fieldsOf(object.value["spec"]);
  const types = listOf(spec["policyTypes"]);
  if (types.length === 0) report("implicit-types", ["spec", "policyTypes"], "is absent or empty");
  for (const side of SIDES) {
    const rules = listOf(spec[side.list]);
    if (rules.length > 0 && types.length > 0 && !types.includes(side.type)) {
      report("inert-rules", ["spec", side.list], `are there, and policyTypes has no ${side.type}`);
    }
    rules.forEach((rule, index) => lintRule(rule, { side, path: ["spec", side.list, index], report }));
    const seen = new Set<string>();
    rules.forEach((rule, index) => {
      const text = JSON.stringify(rule);
      if (seen.has(text)) report("no-op", ["spec", side.list, index], "is the same rule again");
      seen.add(text);
    });
  }
  return found;
}

interface RuleContext {
  readonly side: Side;
  readonly path: Path;
  readonly report: Report;
}

function lintRule(value: unknown, { side, path, report }: RuleContext): void {
  const rule = fieldsOf(value);
  const peers = listOf(rule[side.peers]).map(fieldsOf);
  if (Object.keys(rule).length === 0) return report("opens-all", path, "is empty: everybody, on every port");
  if (peers.length === 0) report("opens-all", path, `has nobody in ${side.peers}: that is everybody`);
  if (Array.isArray(rule["ports"]) && rule["ports"].length === 0)
    report("opens-all", path, "has empty ports: every port");
  const isNamespaceOnly = (peer: Fields): boolean =>
    isFields(peer["namespaceSelector"]) && peer["podSelector"] === undefined;
  const isPodOnly = (peer: Fields): boolean => isFields(peer["podSelector"]) && peer["namespaceSelector"] === undefined;
  if (peers.some(isNamespaceOnly) && peers.some(isPodOnly)) {
    report("and-or", [...path, side.peers], "has a namespace and a pod in two items");
  }
  peers.forEach((peer, index) => {
    const at = [...path, side.peers, index];
    if (isNamespaceOnly(peer) && isEmpty(peer["namespaceSelector"])) {
      report("opens-all", at, "means every pod of every namespace");
    }
    if (isFields(peer["namespaceSelector"]) && isEmpty(peer["namespaceSelector"]) && !isEmpty(peer["podSelector"])) {
      report("zone-by-pod-label", at, "admits such pods of every namespace");
    }
    if (isFields(peer["ipBlock"])) lintRange(peer["ipBlock"], [...at, "ipBlock"], report);
  });
  listOf(rule["ports"]).forEach((port, index) => {
    const { port: number, protocol } = fieldsOf(port);
    if (number !== undefined && number !== null) return;
    const which = textOf(protocol) === "" ? "TCP, and no UDP" : textOf(protocol);
    report("port-any", [...path, "ports", index], `has no port: every port of ${which}`);
  });
}

function isEmpty(selector: unknown): boolean {
  const { matchLabels, matchExpressions } = fieldsOf(selector);
  return Object.keys(fieldsOf(matchLabels)).length === 0 && listOf(matchExpressions).length === 0;
}

const METADATA = parseAddress("169.254.169.254");
/** Wider than this is no range of one upstream. */
const SHORTEST_PREFIX = { 4: 8, 6: 32 } as const;
/** In private ranges: wider than this is a network of pods or nodes rather than a host of one's own. */
const SHORTEST_PRIVATE_PREFIX = { 4: 17, 6: 65 } as const;

function lintRange(block: Fields, path: Path, report: Report): void {
  const text = textOf(block["cidr"]);
  const range = parseRange(text);
  if (range === undefined) return;
  const holes = listOf(block["except"]).flatMap((one) => parseRange(textOf(one)) ?? []);
  for (const fault of rangeFaults(range, text, holes)) report("wide-cidr", [...path, "cidr"], `${text} ${fault}`);
}

function rangeFaults(range: Range, text: string, holes: readonly Range[]): string[] {
  const left = subtract(range, holes);
  const isMetadata = METADATA !== undefined && left.some((piece) => holds(piece, pointOf(METADATA)));
  const isPrivate = left.some((piece) => PRIVATE_RANGES.some((one) => overlaps(one, piece)));
  return [
    ...(range.prefix < SHORTEST_PREFIX[range.family] ? ["is no range of one upstream"] : []),
    ...(isMetadata ? ["holds the cloud's metadata address 169.254.169.254"] : []),
    ...(isPrivate && range.prefix < SHORTEST_PRIVATE_PREFIX[range.family]
      ? ["holds addresses that pods and nodes may have"]
      : []),
    ...(range.hasHostBits ? ["has bits behind its prefix, which are ignored"] : []),
    ...(range.family === 4 && /(?:^|\.)0\d/.test(text)
      ? ["has leading zeros, which other programs read as octal"]
      : []),
  ];
}
