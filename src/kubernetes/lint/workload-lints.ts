/** What the API server takes in workloads and Services, and never works. */
import { pathText } from "../check/shape-check.ts";
import { findingAt, type Finding } from "../finding.ts";
import { podTemplateOf } from "../netpolicy/workloads.ts";
import { labelsOf, type KubernetesObject, type Path } from "../object.ts";
import { isRestricted, restrictedFaults } from "../pod-security/restricted.ts";
import { fieldsOf, listOf, textOf, valueAt, type Fields } from "../value.ts";

const PROBES = ["startupProbe", "livenessProbe", "readinessProbe"];

export function workloadLints(objects: readonly KubernetesObject[]): Finding[] {
  return objects.flatMap((object) => [
    ...containerLints(object),
    ...(object.kind === "Service" ? serviceLints(object, objects) : []),
    ...idleLints(object),
  ]);
}

function containerLints(object: KubernetesObject): Finding[] {
  const template = podTemplateOf(object);
  if (template === undefined) return [];
  return listOf(valueAt(template.value, "spec", "containers")).flatMap((value, index) => {
    const path: Path = [...template.path, "spec", "containers", index];
    return [...probeLints(object, fieldsOf(value), path), ...environmentLints(object, fieldsOf(value), path)];
  });
}

function probeLints(object: KubernetesObject, container: Fields, path: Path): Finding[] {
  const ports = listOf(container["ports"]).map(fieldsOf);
  return PROBES.flatMap((name) =>
    ["httpGet", "tcpSocket"].flatMap((handler) => {
      const port = valueAt(container, name, handler, "port");
      if (typeof port !== "string" || ports.some((one) => one["name"] === port)) return [];
      const at = [...path, name, handler, "port"];
      return [findingAt(object, "probe-port", at, `${pathText(at)} is ${port}, which the container does not have`)];
    }),
  );
}

function environmentLints(object: KubernetesObject, container: Fields, path: Path): Finding[] {
  const seen = new Set<string>();
  return listOf(container["env"]).flatMap((value, index) => {
    const name = textOf(fieldsOf(value)["name"]);
    const isTwice = seen.has(name);
    seen.add(name);
    const at = [...path, "env", index];
    return isTwice ? [findingAt(object, "no-op", at, `${pathText(at)}: ${name} stands twice, the last one wins`)] : [];
  });
}

/** Only where pods that it selects are given. */
function serviceLints(object: KubernetesObject, objects: readonly KubernetesObject[]): Finding[] {
  const selector = Object.entries(labelsOf(valueAt(object.value, "spec", "selector")));
  const templates = objects
    .filter(({ namespace }) => namespace === object.namespace)
    .flatMap((one) => podTemplateOf(one)?.value ?? [])
    .filter((template) => {
      const labels = labelsOf(valueAt(template, "metadata", "labels"));
      return selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
    });
  if (templates.length === 0) return [];
  const names = templates
    .flatMap((template) => listOf(valueAt(template, "spec", "containers")))
    .flatMap((container) => listOf(fieldsOf(container)["ports"]).map((port) => fieldsOf(port)["name"]));
  return listOf(valueAt(object.value, "spec", "ports")).flatMap((value, index) => {
    const target = fieldsOf(value)["targetPort"];
    if (typeof target !== "string" || names.includes(target)) return [];
    const at = ["spec", "ports", index, "targetPort"];
    return [findingAt(object, "service-port", at, `${pathText(at)} is ${target}, which its pods do not have`)];
  });
}

function idleLints(object: KubernetesObject): Finding[] {
  const spec = fieldsOf(object.value["spec"]);
  if (
    object.kind === "PodDisruptionBudget" &&
    spec["minAvailable"] === undefined &&
    spec["maxUnavailable"] === undefined
  ) {
    return [findingAt(object, "no-op", ["spec"], "has neither minAvailable nor maxUnavailable")];
  }
  if (object.kind === "HorizontalPodAutoscaler" && listOf(spec["metrics"]).length === 0) {
    return [findingAt(object, "no-op", ["spec"], "has no metrics")];
  }
  return [];
}

/** Pods of namespaces that enforce the restricted level. */
export function podSecurityLints(objects: readonly KubernetesObject[]): Finding[] {
  const restricted = new Set(
    objects.filter(({ kind, labels }) => kind === "Namespace" && isRestricted(labels)).map(({ name }) => name),
  );
  return objects
    .filter(({ namespace }) => restricted.has(namespace))
    .flatMap((object) => {
      const template = podTemplateOf(object);
      const faults = template === undefined ? [] : restrictedFaults(template.value, template.path);
      return faults.map(({ path, text }) => findingAt(object, "pod-security", path, text));
    });
}
