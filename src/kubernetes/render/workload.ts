/**
 * The pods of maskwire and what belongs to them: namespace, account, Deployment, Services, budget.
 *
 * Owns how a pod is hardened and how it starts and ends. Knows nothing of who may reach it: policies.ts does.
 */
import {
  APP,
  appLabels,
  CANARY,
  CONFIG_NAME,
  LISTENER_NAMES,
  ownObject,
  ZONE_LABEL,
  type Document,
  type Plan,
} from "./plan.ts";
import type { Json, JsonObject } from "./yaml.ts";

/** The user of the image, which no node has. */
const USER = 65_532;
const POD_SECURITY_VERSION = "v1.32";
const GRACE_SPARE_SECONDS = 10;
const GIBIBYTE = 1024 ** 3;
const HISTORY = "maskwire-history";
const CONFIG_FOLDER = "/etc/maskwire";

export function namespaceDocument(name: string, zone?: "raw" | "masked"): Document {
  const modes = ["enforce", "audit", "warn"].flatMap((mode) => [
    [`pod-security.kubernetes.io/${mode}`, "restricted"],
    [`pod-security.kubernetes.io/${mode}-version`, POD_SECURITY_VERSION],
  ]);
  const own = zone === undefined ? appLabels() : { [ZONE_LABEL]: zone };
  return {
    object: {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels: { ...own, ...(Object.fromEntries(modes) as Record<string, string>) } },
    },
  };
}

export function accountDocument(): Document {
  return {
    comment: "maskwire never talks to the Kubernetes API: no role, no token.",
    object: ownObject("ServiceAccount", APP, { automountServiceAccountToken: false }),
  };
}

/** One for each listener: a zone is given the name of its own and of no other. */
export function serviceDocuments({ listeners }: Plan): Document[] {
  return LISTENER_NAMES.map((name) => ({
    object: ownObject("Service", `${APP}-${name}`, {
      spec: serviceSpec(APP, [{ name: "http", port: listeners[name].listenPort, targetPort: name }]),
    }),
  }));
}

export function budgetDocument(): Document {
  const spec = {
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: "AlwaysAllow",
    selector: { matchLabels: appLabels() },
  };
  return { object: ownObject("PodDisruptionBudget", APP, { spec }, "policy/v1") };
}

/** The volume of a history on disk; none where there is no such history. */
export function claimDocuments({ storage }: Plan): Document[] {
  if (storage === undefined) return [];
  const spec = {
    accessModes: ["ReadWriteOncePod"],
    resources: { requests: { storage: `${Math.max(1, Math.ceil(storage.bytes / GIBIBYTE))}Gi` } },
  };
  return [
    {
      comment:
        "Room for every history at its fullest. Name a storageClassName in your overlay; one that encrypts adds to our own cipher.",
      object: ownObject("PersistentVolumeClaim", HISTORY, { spec }),
    },
  ];
}

const DEPLOYMENT_COMMENT = `replicas: one, for feeds live in the memory of one process; with two a subscriber of one misses what the other accepted.
A deployment that only serves /v1/mask keeps no state and may have as many as it likes (components/autoscaling).
enableServiceLinks: service links would set MASKWIRE_PUBLISH_PORT=tcp://… and the like, names of our own configuration.
terminationGracePeriodSeconds: longer than drainLimitMs, so that every subscriber is told to reconnect before the kill.
lifecycle: none. At SIGTERM the process itself stops being ready, serves on for drainGraceMs, then ends its streams one
after the other; a preStop hook would only put that off.`;

const STORAGE_COMMENT = `strategy: Recreate, for the folder of the history belongs to one process at a time.
`;

export function deploymentDocument(plan: Plan): Document {
  const { storage } = plan;
  const container = {
    name: APP,
    ...image(plan),
    args: ["serve", "--config", `${CONFIG_FOLDER}/maskwire.yaml`],
    ports: LISTENER_NAMES.map((name) => containerPort(name, plan.listeners[name].listenPort)),
    startupProbe: probe("/livez", { periodSeconds: 1, failureThreshold: 30 }),
    livenessProbe: probe("/livez", { periodSeconds: 10, failureThreshold: 3 }),
    readinessProbe: probe("/readyz", { periodSeconds: 2, failureThreshold: 2 }),
    resources: resources(["500m", "512Mi"], ["2", "1Gi"]),
    securityContext: CONTAINER_SECURITY,
    volumeMounts: [
      { name: "config", mountPath: CONFIG_FOLDER, readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
      ...(storage === undefined ? [] : [{ name: "history", mountPath: storage.folder }]),
    ],
  };
  const volumes = [
    { name: "config", configMap: { name: CONFIG_NAME } },
    { name: "tmp", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } },
    ...(storage === undefined ? [] : [{ name: "history", persistentVolumeClaim: { claimName: HISTORY } }]),
  ];
  const rolling = { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
  const graceSeconds = Math.ceil(plan.drainLimitMs / 1000) + GRACE_SPARE_SECONDS;
  return {
    comment: (storage === undefined ? "" : STORAGE_COMMENT) + DEPLOYMENT_COMMENT,
    object: ownObject(
      "Deployment",
      APP,
      {
        spec: {
          replicas: 1,
          revisionHistoryLimit: 3,
          selector: { matchLabels: appLabels() },
          strategy: storage === undefined ? rolling : { type: "Recreate" },
          template: podTemplate(APP, { graceSeconds, container, volumes }),
        },
      },
      "apps/v1",
    ),
  };
}

/** A tiny pod that maskwire tries to reach on two ports. */
export function canaryDocuments(plan: Plan, { control, forbidden }: NonNullable<Plan["canary"]>): Document[] {
  const ports = [
    { name: "control", port: control },
    { name: "forbidden", port: forbidden },
  ];
  const ask = { tcpSocket: { port: "control" }, periodSeconds: 10, timeoutSeconds: 2, failureThreshold: 3 };
  const container = {
    name: CANARY,
    ...image(plan),
    args: ["canary", "--host", "0.0.0.0", "--control", String(control), "--forbidden", String(forbidden)],
    ports: ports.map(({ name, port }) => containerPort(name, port)),
    startupProbe: { ...ask, periodSeconds: 1, failureThreshold: 30 },
    livenessProbe: ask,
    readinessProbe: { ...ask, periodSeconds: 2 },
    resources: resources(["10m", "64Mi"], ["100m", "128Mi"]),
    securityContext: CONTAINER_SECURITY,
  };
  const selector = { matchLabels: appLabels(CANARY) };
  const template = podTemplate(CANARY, { graceSeconds: GRACE_SPARE_SECONDS, container, volumes: [] });
  const spec = { replicas: 1, revisionHistoryLimit: 3, selector, template };
  return [
    {
      comment:
        "What maskwire tries to reach, to see whether its own network policies are in force (docs/kubernetes.md).",
      object: ownObject("Deployment", CANARY, { spec }, "apps/v1"),
    },
    {
      comment: "The same numbers as the pod's: the canary says which port it listens on besides.",
      object: ownObject("Service", CANARY, {
        spec: serviceSpec(
          CANARY,
          ports.map(({ name, port }) => ({ name, port, targetPort: name })),
        ),
      }),
    },
  ];
}

const CONTAINER_SECURITY = {
  allowPrivilegeEscalation: false,
  privileged: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  capabilities: { drop: ["ALL"] },
};

interface PodParts {
  readonly graceSeconds: number;
  readonly container: JsonObject;
  readonly volumes: readonly JsonObject[];
}

function podTemplate(name: string, { graceSeconds, container, volumes }: PodParts): JsonObject {
  const spread = (topologyKey: string): Json => ({
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: appLabels(name) },
    matchLabelKeys: ["pod-template-hash"],
  });
  return {
    metadata: { labels: appLabels(name) },
    spec: {
      serviceAccountName: APP,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: graceSeconds,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: USER,
        runAsGroup: USER,
        fsGroup: USER,
        seccompProfile: { type: "RuntimeDefault" },
      },
      topologySpreadConstraints: [spread("topology.kubernetes.io/zone"), spread("kubernetes.io/hostname")],
      containers: [container],
      ...(volumes.length === 0 ? {} : { volumes }),
    },
  };
}

/** Without a tag: whoever applies it names one, by digest in production. */
function image({ version }: Plan): JsonObject {
  return { image: `${APP}:${version}`, imagePullPolicy: "IfNotPresent" };
}

function containerPort(name: string, port: number): JsonObject {
  return { name, containerPort: port, protocol: "TCP" };
}

function probe(path: string, { periodSeconds, failureThreshold }: Record<string, number>): JsonObject {
  return { httpGet: { path, port: "admin" }, periodSeconds, timeoutSeconds: 2, failureThreshold };
}

function resources([cpu, memory]: [string, string], [cpuLimit, memoryLimit]: [string, string]): JsonObject {
  return {
    requests: { cpu, memory, "ephemeral-storage": "16Mi" },
    limits: { cpu: cpuLimit, memory: memoryLimit, "ephemeral-storage": "64Mi" },
  };
}

function serviceSpec(app: string, ports: readonly JsonObject[]): JsonObject {
  return {
    type: "ClusterIP",
    selector: appLabels(app),
    ports: ports.map((port) => ({ ...port, protocol: "TCP" })),
  };
}
