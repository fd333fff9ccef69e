/**
 * Our own checks of workloads: that the pieces fit, and that a pod passes the restricted Pod Security level.
 *
 * Owns one function a check; each returns one line a finding.
 */
import { isSelected, ofKind, type Container, type Deployment, type Probe } from "./kubernetes-objects.ts";
import { nameOf, type ManifestCheck } from "./policy-checks.ts";

/** Objects of the cluster, which stand in no namespace. */
const CLUSTER_KINDS = new Set([
  "ClusterNetworkPolicy",
  "Namespace",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
]);
const RESOURCES = ["cpu", "memory", "ephemeral-storage"];
const POD_SECURITY = "pod-security.kubernetes.io/";

/** What the restricted level asks of a container, and what we ask beyond it. */
const CONTAINER_RULES: Readonly<Record<string, (container: Container) => boolean>> = {
  "allows privilege escalation": ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false,
  "is privileged": ({ securityContext }) => securityContext?.privileged === true,
  "can write to its root file system": ({ securityContext }) => securityContext?.readOnlyRootFilesystem !== true,
  "keeps capabilities": ({ securityContext }) => {
    const capabilities = securityContext?.capabilities;
    return !(capabilities?.drop ?? []).includes("ALL") || (capabilities?.add ?? []).length > 0;
  },
  "does not ask for cpu, memory and ephemeral storage": ({ resources }) =>
    RESOURCES.some((name) => resources?.requests?.[name] === undefined || resources.limits?.[name] === undefined),
};

const POD_RULES: Readonly<Record<string, (deployment: Deployment) => boolean>> = {
  "may run as root": ({ spec }) => {
    const context = spec.template.spec.securityContext;
    return context?.runAsNonRoot !== true || (context.runAsUser ?? 0) <= 10_000 || (context.runAsGroup ?? 0) <= 10_000;
  },
  "has no seccomp profile": ({ spec }) => spec.template.spec.securityContext?.seccompProfile?.type !== "RuntimeDefault",
  "shares namespaces of its node": ({ spec }) => {
    const pod = spec.template.spec;
    return pod.hostNetwork === true || pod.hostPID === true || pod.hostIPC === true;
  },
  "has a path of its node": ({ spec }) =>
    (spec.template.spec.volumes ?? []).some(({ hostPath }) => hostPath !== undefined),
  "mounts an API token": ({ spec }) => spec.template.spec.automountServiceAccountToken !== false,
  "gets service links in its environment": ({ spec }) => spec.template.spec.enableServiceLinks !== false,
};

export const WORKLOAD_CHECKS = {
  restricted: ({ objects }) =>
    ofKind(objects, "Deployment").flatMap((deployment) => [
      ...brokenRules(POD_RULES, deployment).map((rule) => `${nameOf(deployment)} ${rule}`),
      ...deployment.spec.template.spec.containers.flatMap((container) =>
        brokenRules(CONTAINER_RULES, container).map((rule) => `${nameOf(deployment)} ${container.name} ${rule}`),
      ),
    ]),
  "namespace-level": ({ objects }) =>
    ofKind(objects, "Namespace").flatMap(({ metadata }) =>
      ["enforce", "audit", "warn"]
        .filter(
          (mode) =>
            metadata.labels?.[POD_SECURITY + mode] !== "restricted" ||
            !/^v1\.\d+$/.test(metadata.labels[`${POD_SECURITY}${mode}-version`] ?? ""),
        )
        .map((mode) => `namespace ${metadata.name} does not ${mode} the restricted level of one version`),
    ),
  "own-labels": ({ objects }) =>
    ofKind(objects, "Deployment")
      .filter(({ spec }) => !isSelected(spec.selector, spec.template.metadata.labels ?? {}))
      .map((deployment) => `${nameOf(deployment)} does not select its own pods`),
  "service-pods": ({ objects }) =>
    ofKind(objects, "Service")
      .filter(({ metadata, spec }) => {
        const pods = podLabels(objects, metadata.namespace);
        return (
          spec.selector === undefined ||
          !pods.some((labels) => isSelected({ matchLabels: spec.selector ?? {} }, labels))
        );
      })
      .map((service) => `${nameOf(service)} selects no pod`),
  "service-port": ({ objects }) =>
    ofKind(objects, "Service").flatMap((service) =>
      service.spec.ports
        .filter(({ port, targetPort }) => !portNames(objects).has(targetPort ?? port))
        .map(({ port }) => `${nameOf(service)} port ${port} ends at no container port`),
    ),
  "probe-port": ({ objects }) =>
    containersOf(objects).flatMap((container) => {
      const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe];
      const ports = new Set((container.ports ?? []).flatMap(({ name, containerPort }) => [name, containerPort]));
      ports.delete(undefined);
      return probes
        .filter((probe) => !ports.has(probe?.httpGet?.port ?? probe?.tcpSocket?.port))
        .map(() => `${container.name} has a probe that is missing or asks a port that it does not have`);
    }),
  "probe-path": ({ objects }) =>
    containersOf(objects)
      .filter(({ livenessProbe }) => livenessProbe?.httpGet !== undefined)
      .filter(({ livenessProbe, readinessProbe }) => pathOf(livenessProbe) === pathOf(readinessProbe))
      .map(({ name }) => `${name} is alive and ready by the same path`),
  "mounted-volume": ({ objects }) =>
    ofKind(objects, "Deployment").flatMap(({ spec }) => {
      const volumes = new Set((spec.template.spec.volumes ?? []).map(({ name }) => name));
      return spec.template.spec.containers
        .flatMap(({ volumeMounts }) => volumeMounts ?? [])
        .filter(({ name }) => !volumes.has(name))
        .map(({ name }) => `mount ${name} has no volume`);
    }),
  "config-map": ({ objects }) =>
    ofKind(objects, "Deployment").flatMap((deployment) =>
      (deployment.spec.template.spec.volumes ?? [])
        .flatMap(({ configMap }) => (configMap === undefined ? [] : [configMap.name]))
        .filter((name) => !ofKind(objects, "ConfigMap").some(({ metadata }) => metadata.name === name))
        .map((name) => `${nameOf(deployment)} mounts ${name}, which is not there`),
    ),
  "service-account": ({ objects }) =>
    ofKind(objects, "Deployment")
      .filter(({ spec }) => {
        const account = ofKind(objects, "ServiceAccount").find(
          ({ metadata }) => metadata.name === spec.template.spec.serviceAccountName,
        );
        return account?.automountServiceAccountToken !== false;
      })
      .map((deployment) => `${nameOf(deployment)} has no ServiceAccount of its own without a token`),
  "budget-pods": ({ objects }) =>
    ofKind(objects, "PodDisruptionBudget")
      .filter(
        ({ metadata, spec }) =>
          !podLabels(objects, metadata.namespace).some((labels) => isSelected(spec.selector, labels)),
      )
      .map((budget) => `${nameOf(budget)} selects no pod`),
  "own-namespace": ({ objects }) => {
    const namespaces = new Set(ofKind(objects, "Namespace").map(({ metadata }) => metadata.name));
    return objects
      .filter(({ kind, metadata }) => !CLUSTER_KINDS.has(kind) && !namespaces.has(metadata.namespace ?? ""))
      .map((object) => `${object.kind} ${nameOf(object)} is in a namespace that is not there`);
  },
} satisfies Record<string, ManifestCheck>;

function brokenRules<T>(rules: Readonly<Record<string, (value: T) => boolean>>, value: T): string[] {
  return Object.entries(rules)
    .filter(([, isBroken]) => isBroken(value))
    .map(([rule]) => rule);
}

function containersOf(objects: Parameters<ManifestCheck>[0]["objects"]): Container[] {
  return ofKind(objects, "Deployment").flatMap(({ spec }) => [...spec.template.spec.containers]);
}

function podLabels(objects: Parameters<ManifestCheck>[0]["objects"], namespace: string | undefined) {
  return ofKind(objects, "Deployment")
    .filter(({ metadata }) => metadata.namespace === namespace)
    .map(({ spec }) => spec.template.metadata.labels ?? {});
}

function portNames(objects: Parameters<ManifestCheck>[0]["objects"]): Set<string | number | undefined> {
  const ports = containersOf(objects).flatMap((container) => container.ports ?? []);
  return new Set(ports.flatMap(({ name, containerPort }) => [name, containerPort]));
}

function pathOf(probe: Probe | undefined): string | undefined {
  return probe?.httpGet?.path;
}
