/**
 * The verdict: PROVED, LEAK or UNKNOWN, and everything that it stands on.
 *
 * Owns what makes it UNKNOWN. Never guesses: what was not understood, refused or not modelled outweighs every finding.
 */
import { levelOf, RULES, type Finding } from "../finding.ts";
import { checkObjects } from "../check/check.ts";
import { lintObjects } from "../lint/lint.ts";
import { nameOf, type KubernetesObject, type Place } from "../object.ts";
import { createEvaluator } from "./evaluate.ts";
import { declaredFlows, describeFlow, wrongDoors, type Flow } from "./flows.ts";
import { endName, isPod, type Cluster } from "./model.ts";
import { ZONE_LABEL, type Conduit, type Plan } from "./plan.ts";
import { maskerNamespace, planOf } from "./plan-reader.ts";
import { describePorts } from "./port-set.ts";
import { prove, type Leak } from "./prove.ts";
import { clusterOf } from "./workloads.ts";
import { closedWorld, openWorld, type Marks, type World } from "./world.ts";

export interface Unknown extends Place {
  readonly object: string;
  readonly text: string;
}

export interface VerifyInput {
  readonly objects: readonly KubernetesObject[];
  /** What could not be read. */
  readonly unread?: readonly Unknown[];
  /** The masker's configuration as a parsed value. */
  readonly config?: unknown;
  readonly conduits?: readonly Conduit[];
  /** `closed`: only what is given, nothing that might be added. */
  readonly world?: "open" | "closed";
}

export interface Report {
  readonly verdict: "PROVED" | "LEAK" | "UNKNOWN";
  readonly unknowns: readonly Unknown[];
  readonly leaks: readonly Leak[];
  readonly flows: readonly Flow[];
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
  readonly world: World;
  readonly plan: Plan | undefined;
  readonly counts: { readonly policies: number; readonly pods: number; readonly ends: number };
}

export const ASSUMPTIONS: readonly string[] = [
  "these objects and no others are in the cluster",
  "the network plugin enforces NetworkPolicy as the API defines it, before the first packet",
  "pods and nodes have addresses of private ranges, or those that their status shows",
  "no pod that matters runs on its node's network",
  "nobody but the declared relays passes data on in layer 7, and names (DNS) carry none",
  "nothing is said of connections that were open before a policy changed",
];

export function verify(input: VerifyInput): Report {
  const cluster = clusterOf(input.objects);
  const checked = checkObjects(input.objects);
  const unknowns = [...(input.unread ?? []), ...unmodelled(input.objects), ...refusedPolicies(checked)];
  const masker = maskerNamespace(cluster);
  const plan = masker.found === undefined ? undefined : planOf(input.config, masker.found, input.conduits);
  const world = (input.world === "closed" ? closedWorld : openWorld)(cluster, marksOf(plan));
  unknowns.push(...missingParties(world, masker.candidates, plan));
  const findings = [...checked, ...lintObjects({ objects: input.objects, cluster, plan })];
  const counts = { policies: cluster.policies.length, pods: cluster.pods.length, ends: 0 };
  if (plan === undefined)
    return { verdict: "UNKNOWN", unknowns, leaks: [], flows: [], findings, notes: [], world, plan, counts };
  const evaluator = createEvaluator(world, "safety");
  const proof = prove(world, plan, evaluator);
  const flows = declaredFlows(world, plan, createEvaluator(world, "liveness"));
  const verdict = unknowns.length > 0 ? "UNKNOWN" : proof.leaks.length > 0 ? "LEAK" : "PROVED";
  return {
    verdict,
    unknowns,
    leaks: proof.leaks,
    flows,
    findings: [
      ...wrongDoors(world, plan, evaluator).map((step) => ({
        rule: "wrong-door" as const,
        object: `Pod ${endName(step.to)}`,
        place: (isPod(step.to) ? step.to.place : undefined) ?? NOWHERE,
        detail: `${endName(step.from)} may open ${describePorts(step.ports)}`,
      })),
      ...flows.filter(({ isAllowed }) => !isAllowed).map((flow) => blockedFlow(flow)),
      ...findings,
    ],
    notes: proof.notes,
    world,
    plan,
    counts: { ...counts, ends: proof.endCount },
  };
}

/** What is declared by address: the rest of a policy's range is not. */
function marksOf(plan: Plan | undefined): Marks {
  const conduits = (plan?.conduits ?? []).flatMap(({ to }) => ("family" in to ? [[to]] : []));
  return [...conduits, ...(plan?.upstreams ?? []).map(({ ranges = [] }) => ranges)];
}

const NOWHERE: Place = { file: "", line: 0 };

/** 0 proved, 1 a leak or an error, 3 unknown. */
export function exitCodeOf({ verdict, findings }: Pick<Report, "verdict" | "findings">): 0 | 1 | 3 {
  if (verdict === "UNKNOWN") return 3;
  return verdict === "LEAK" || findings.some((finding) => levelOf(finding) === "error") ? 1 : 0;
}

function blockedFlow(flow: Flow): Finding {
  const half = flow.egress.allow ? flow.ingress : flow.egress;
  const policies = half.why.kind === "no-rule" ? half.why.policies : [];
  const names = policies.map(({ namespace, name }) => `${namespace}/${name}`).join(", ");
  const side = flow.egress.allow ? "ingress" : flow.ingress.allow ? "egress" : "egress and ingress";
  return {
    rule: "flow-blocked",
    object: `flow ${flow.name}`,
    place: policies[0]?.place ?? NOWHERE,
    detail: `${describeFlow(flow)} is blocked by ${side}${names === "" ? "" : `: no rule of ${names}`}`,
  };
}

/** Kinds that narrow or widen what NetworkPolicy says, and that this evaluator does not know. */
const POLICY_KIND = /(?:NetworkPolicy|EgressFirewall|EgressQoS|NetworkSet)$/;
const POLICY_API = "networking.k8s.io/v1";

function unmodelled(objects: readonly KubernetesObject[]): Unknown[] {
  return objects
    .filter(
      ({ kind, apiVersion }) => POLICY_KIND.test(kind) && !(kind === "NetworkPolicy" && apiVersion === POLICY_API),
    )
    .map((object) => ({
      ...object.placeOf([]),
      object: nameOf(object),
      text: `${object.apiVersion} ${object.kind} is not modelled; prove the set without it, if it only denies more`,
    }));
}

const IN_FORCE = /^(?:NetworkPolicy|Namespace) /;

/** What the server refuses is not in force, or not as it is written. */
function refusedPolicies(findings: readonly Finding[]): Unknown[] {
  return findings
    .filter(({ rule, object }) => rule === "refused-by-server" && IN_FORCE.test(object))
    .map(({ place, object, detail }) => ({ ...place, object, text: `${RULES["refused-by-server"].means}: ${detail}` }));
}

function missingParties(world: Cluster, candidates: readonly string[], plan: Plan | undefined): Unknown[] {
  const missing = (text: string): Unknown => ({ ...NOWHERE, object: "the objects given", text });
  const zones = new Set([...world.namespaces.values()].map(({ labels }) => labels[ZONE_LABEL]));
  const unknowns = ["raw", "masked"]
    .filter((zone) => !zones.has(zone))
    .map((zone) => missing(`no namespace has the label ${ZONE_LABEL}=${zone}; give the namespaces too`));
  if (plan !== undefined) return unknowns;
  const text =
    candidates.length === 0
      ? "no workload has the label app.kubernetes.io/name=maskwire; give the masker's Deployment too"
      : `workloads in ${candidates.join(", ")} are labelled as the masker; only one namespace can be its own`;
  return [...unknowns, missing(text)];
}
