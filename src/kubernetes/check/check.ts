/**
 * What the API server would refuse, before it is asked.
 *
 * Owns the kinds that our manifests use; other kinds are let through unread. Held against 90 recorded verdicts of a real
 * server: whatever it refused is refused here.
 */
import { findingAt, type Finding } from "../finding.ts";
import type { KubernetesObject, Path } from "../object.ts";
import { podTemplateOf } from "../netpolicy/workloads.ts";
import { isSelected, selectorOf } from "../selector.ts";
import { labelsOf } from "../object.ts";
import { fieldsOf, listOf, textOf, valueAt, type Fields } from "../value.ts";
import {
  choiceFaults,
  isQualifiedName,
  isSubdomain,
  labelFaults,
  portFaults,
  protocolFaults,
  selectorFaults,
} from "./names.ts";
import { podFaults } from "./pod.ts";
import { policyFaults } from "./policy.ts";
import { shapeFaults, type Fault } from "./shape-check.ts";
import { KINDS } from "./shapes.ts";

export function checkObjects(objects: readonly KubernetesObject[]): Finding[] {
  return objects.flatMap((object) =>
    faultsOf(object).map(({ path, text }) => findingAt(object, "refused-by-server", path, text)),
  );
}

function faultsOf(object: KubernetesObject): Fault[] {
  const kind = Object.hasOwn(KINDS, object.kind) ? KINDS[object.kind] : undefined;
  if (kind === undefined) return [];
  if (kind.apiVersion !== object.apiVersion) {
    // The same kind of another group is somebody else's, and not ours to judge.
    const isOld = /^(?:extensions|apps|policy|autoscaling|networking\.k8s\.io)\/v\d/.test(object.apiVersion);
    return isOld ? [{ path: ["apiVersion"], text: `apiVersion of a ${object.kind} is ${kind.apiVersion}` }] : [];
  }
  const shape = shapeFaults(kind.fields, object.value);
  return shape.length > 0 ? shape : [...nameFaults(object), ...(RULES[object.kind]?.(object) ?? [])];
}

function nameFaults({ name, value }: KubernetesObject): Fault[] {
  const hasGenerated = textOf(valueAt(value, "metadata", "generateName")) !== "";
  const isNamed = isSubdomain(name) || (name === "" && hasGenerated);
  return [
    ...(isNamed ? [] : [{ path: ["metadata", "name"], text: "metadata.name has a-z, 0-9, - and . only" }]),
    ...labelFaults(valueAt(value, "metadata", "labels"), ["metadata", "labels"]),
  ];
}

const RULES: Readonly<Record<string, (object: KubernetesObject) => Fault[]>> = {
  NetworkPolicy: ({ value }) => policyFaults(value["spec"]),
  Namespace: namespaceFaults,
  Pod: ({ value }) => podFaults(fieldsOf(value["spec"]), ["spec"]),
  Deployment: deploymentFaults,
  Service: ({ value }) => serviceFaults(fieldsOf(value["spec"])),
  PodDisruptionBudget: ({ value }) => budgetFaults(fieldsOf(value["spec"])),
  HorizontalPodAutoscaler: ({ value }) => scalerFaults(fieldsOf(value["spec"])),
};

const SECURITY = "pod-security.kubernetes.io/";
const LEVELS = ["privileged", "baseline", "restricted"];

function namespaceFaults({ labels }: KubernetesObject): Fault[] {
  return ["enforce", "audit", "warn"].flatMap((mode) => {
    const [level, version] = [labels[`${SECURITY}${mode}`], labels[`${SECURITY}${mode}-version`]];
    const path = (key: string): Path => ["metadata", "labels", `${SECURITY}${key}`];
    return [
      ...(level === undefined || LEVELS.includes(level)
        ? []
        : [{ path: path(mode), text: `${SECURITY}${mode}: write ${LEVELS.join(", ")}` }]),
      ...(version === undefined || /^(?:latest|v1\.\d+)$/.test(version)
        ? []
        : [{ path: path(`${mode}-version`), text: `${SECURITY}${mode}-version: write latest, or v1.32 and the like` }]),
    ];
  });
}

function deploymentFaults(object: KubernetesObject): Fault[] {
  const spec = fieldsOf(object.value["spec"]);
  const template = podTemplateOf(object)?.value ?? {};
  const labels = labelsOf(valueAt(template, "metadata", "labels"));
  const selector = selectorOf(spec["selector"]);
  const { maxSurge, maxUnavailable } = fieldsOf(valueAt(spec, "strategy", "rollingUpdate"));
  const isZero = (value: unknown): boolean => value === 0 || value === "0" || value === "0%";
  const isFit = selector.length > 0 && isSelected(selector, labels);
  return [
    ...selectorFaults(spec["selector"], ["spec", "selector"]),
    ...labelFaults(labels, ["spec", "template", "metadata", "labels"]),
    ...(isFit ? [] : [{ path: ["spec", "selector"], text: "spec.selector does not match the labels of the template" }]),
    ...(isZero(maxSurge) && isZero(maxUnavailable)
      ? [{ path: ["spec", "strategy"], text: "maxSurge and maxUnavailable are both 0" }]
      : []),
    ...(typeof spec["replicas"] === "number" && spec["replicas"] < 0
      ? [{ path: ["spec", "replicas"], text: "spec.replicas must be at least 0" }]
      : []),
    ...podFaults(fieldsOf(template["spec"]), ["spec", "template", "spec"]),
  ];
}

function serviceFaults(spec: Fields): Fault[] {
  const ports = listOf(spec["ports"]);
  const names = new Set<unknown>();
  return ports.flatMap((value, index) => {
    const { name, port, targetPort, protocol, appProtocol } = fieldsOf(value);
    const path: Path = ["spec", "ports", index];
    const texts = [
      ...(ports.length > 1 && textOf(name) === "" ? ["needs a name where there are several"] : []),
      ...(names.has(name) && name !== undefined ? ["name stands twice"] : []),
      ...(appProtocol === undefined || isQualifiedName(textOf(appProtocol))
        ? []
        : ["appProtocol is no qualified name"]),
    ];
    names.add(name);
    return [
      ...texts.map((text) => ({ path, text: `spec.ports[${index}] ${text}` })),
      ...portFaults(port, [...path, "port"]),
      ...portFaults(targetPort, [...path, "targetPort"]),
      ...protocolFaults(protocol, [...path, "protocol"]),
    ];
  });
}

function budgetFaults(spec: Fields): Fault[] {
  const isBoth = spec["minAvailable"] !== undefined && spec["maxUnavailable"] !== undefined;
  return [
    ...selectorFaults(spec["selector"], ["spec", "selector"]),
    ...(isBoth ? [{ path: ["spec"], text: "minAvailable and maxUnavailable exclude each other" }] : []),
    ...choiceFaults(
      spec["unhealthyPodEvictionPolicy"],
      ["AlwaysAllow", "IfHealthyBudget"],
      ["spec", "unhealthyPodEvictionPolicy"],
    ),
  ];
}

function scalerFaults({ minReplicas = 1, maxReplicas = 1 }: Fields): Fault[] {
  const [least, most] = [Number(minReplicas), Number(maxReplicas)];
  return [
    ...(least < 1 ? [{ path: ["spec", "minReplicas"], text: "spec.minReplicas must be at least 1" }] : []),
    ...(most < Math.max(1, least)
      ? [{ path: ["spec", "maxReplicas"], text: "spec.maxReplicas is below minReplicas" }]
      : []),
  ];
}
