/**
 * The restricted Pod Security level of Kubernetes 1.32, as its admission plugin decides it.
 *
 * Owns the controls of baseline and restricted, one function each. Held against the plugin's own fixtures. Never quotes a
 * value of the pod.
 */
import type { Fault } from "../check/shape-check.ts";
import { pathText } from "../check/shape-check.ts";
import type { Path } from "../object.ts";
import { fieldsOf, listOf, textOf, valueAt, type Fields } from "../value.ts";

interface Part {
  readonly path: Path;
  readonly context: Fields;
}

interface PodParts {
  readonly metadata: Fields;
  readonly spec: Fields;
  readonly path: Path;
  readonly containers: readonly { readonly path: Path; readonly value: Fields }[];
  /** Security contexts of the pod and of every container. */
  readonly contexts: readonly Part[];
  readonly isWindows: boolean;
}

type Control = (pod: PodParts) => Fault[];

const CONTAINER_LISTS = ["containers", "initContainers", "ephemeralContainers"];

/** Faults of a pod (or a template) whose metadata and spec are below `path`. */
export function restrictedFaults(template: Fields, path: Path = []): Fault[] {
  const spec = fieldsOf(template["spec"]);
  const specPath = [...path, "spec"];
  const containers = CONTAINER_LISTS.flatMap((list) =>
    listOf(spec[list]).map((value, index) => ({ path: [...specPath, list, index], value: fieldsOf(value) })),
  );
  const contexts = [
    { path: [...specPath, "securityContext"], context: fieldsOf(spec["securityContext"]) },
    ...containers.map((one) => ({
      path: [...one.path, "securityContext"],
      context: fieldsOf(one.value["securityContext"]),
    })),
  ];
  const isWindows = valueAt(spec, "os", "name") === "windows";
  const pod = { metadata: fieldsOf(template["metadata"]), spec, path: specPath, containers, contexts, isWindows };
  return CONTROLS.flatMap((control) => control(pod));
}

const fault = (path: Path, text: string): Fault[] => [{ path, text: `${pathText(path)} ${text}` }];

/** A field of every security context that must be absent or one of some values. */
function onlyValues(field: Path, allowed: readonly unknown[], text: string): Control {
  return ({ contexts }) =>
    contexts.flatMap(({ path, context }) => {
      const value = valueAt(context, ...field);
      return value === undefined || value === null || allowed.includes(value) ? [] : fault([...path, ...field], text);
    });
}

const hostNamespaces: Control = ({ spec, path }) =>
  ["hostNetwork", "hostPID", "hostIPC"].flatMap((name) =>
    spec[name] === true ? fault([...path, name], "must not be true") : [],
  );

const VOLUMES = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

const volumes: Control = ({ spec, path }) =>
  listOf(spec["volumes"]).flatMap((volume, index) => {
    const kinds = Object.entries(fieldsOf(volume)).filter(([key, value]) => key !== "name" && value !== null);
    const isAllowed = kinds.every(([kind]) => VOLUMES.includes(kind));
    return isAllowed ? [] : fault([...path, "volumes", index], `must be one of ${VOLUMES.join(", ")}`);
  });

const hostPorts: Control = ({ containers }) =>
  containers.flatMap(({ path, value }) =>
    listOf(value["ports"]).flatMap((port, index) => {
      const { hostPort } = fieldsOf(port);
      const isFree = hostPort === undefined || hostPort === null || hostPort === 0;
      return isFree ? [] : fault([...path, "ports", index, "hostPort"], "must not be set");
    }),
  );

const capabilities: Control = ({ containers, isWindows }) =>
  containers.flatMap(({ path, value }) => {
    const { add, drop } = fieldsOf(valueAt(value, "securityContext", "capabilities"));
    const at = [...path, "securityContext", "capabilities"];
    if (isWindows) return [];
    return [
      ...(listOf(drop).includes("ALL") ? [] : fault([...at, "drop"], "must hold ALL")),
      ...(listOf(add).every((one) => one === "NET_BIND_SERVICE")
        ? []
        : fault([...at, "add"], "may hold NET_BIND_SERVICE only")),
    ];
  });

const escalation: Control = ({ containers, isWindows }) =>
  containers.flatMap(({ path, value }) => {
    const allowed = valueAt(value, "securityContext", "allowPrivilegeEscalation");
    const at = [...path, "securityContext", "allowPrivilegeEscalation"];
    return isWindows || allowed === false ? [] : fault(at, "must be false");
  });

/** True for the pod, or for every container; nowhere false. */
const runAsNonRoot: Control = ({ spec, containers, path }) => {
  const pod = valueAt(spec, "securityContext", "runAsNonRoot");
  const wrong = containers.filter(({ value }) => {
    const own = valueAt(value, "securityContext", "runAsNonRoot");
    return own === undefined || own === null ? pod !== true : own !== true;
  });
  const isOff = pod === false && wrong.length > 0;
  return [
    ...(isOff ? fault([...path, "securityContext", "runAsNonRoot"], "must be true") : []),
    ...wrong.flatMap((one) =>
      fault([...one.path, "securityContext", "runAsNonRoot"], "must be true, here or for the pod"),
    ),
  ];
};

const runAsUser: Control = ({ contexts }) =>
  contexts.flatMap(({ path, context }) =>
    context["runAsUser"] === 0 ? fault([...path, "runAsUser"], "must not be 0") : [],
  );

const SECCOMP = ["RuntimeDefault", "Localhost"];

/** Set for the pod, or for every container; nowhere anything else. */
const seccomp: Control = ({ contexts, containers, spec, isWindows }) => {
  if (isWindows) return [];
  const typeOf = (context: unknown): unknown => valueAt(context, "seccompProfile", "type");
  const wrong = contexts.flatMap(({ path, context }) => {
    const type = typeOf(context);
    const isRight = type === undefined || SECCOMP.includes(textOf(type));
    return isRight ? [] : fault([...path, "seccompProfile", "type"], "must be RuntimeDefault or Localhost");
  });
  if (SECCOMP.includes(textOf(typeOf(spec["securityContext"])))) return wrong;
  const missing = containers.filter(({ value }) => typeOf(value["securityContext"]) === undefined);
  return [
    ...wrong,
    ...missing.flatMap((one) =>
      fault([...one.path, "securityContext", "seccompProfile"], "must be set, here or for the pod"),
    ),
  ];
};

const APPARMOR = "container.apparmor.security.beta.kubernetes.io/";

const appArmor: Control = (pod) => {
  const annotations = fieldsOf(pod.metadata["annotations"]);
  const wrong = Object.entries(annotations).filter(
    ([key, value]) => key.startsWith(APPARMOR) && !/^(?:$|runtime\/default$|localhost\/)/.test(textOf(value)),
  );
  const at = [...pod.path.slice(0, -1), "metadata", "annotations"];
  return [
    ...wrong.flatMap(() => fault(at, "hold an AppArmor profile that is neither runtime/default nor localhost")),
    ...onlyValues(["appArmorProfile", "type"], SECCOMP, "must be RuntimeDefault or Localhost")(pod),
  ];
};

const SELINUX_TYPES = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

const seLinux: Control = (pod) => [
  ...onlyValues(["seLinuxOptions", "type"], SELINUX_TYPES, "must be one of the container types")(pod),
  ...onlyValues(["seLinuxOptions", "user"], [""], "must not be set")(pod),
  ...onlyValues(["seLinuxOptions", "role"], [""], "must not be set")(pod),
];

const SYSCTLS = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.tcp_wmem",
];

const sysctls: Control = ({ spec, path }) =>
  listOf(valueAt(spec, "securityContext", "sysctls")).flatMap((one, index) =>
    SYSCTLS.includes(textOf(fieldsOf(one)["name"]))
      ? []
      : fault([...path, "securityContext", "sysctls", index], "is none of the safe ones"),
  );

const hostProcess: Control = onlyValues(["windowsOptions", "hostProcess"], [false], "must not be true");
const procMount: Control = onlyValues(["procMount"], ["Default"], "must be Default");
const privileged: Control = onlyValues(["privileged"], [false], "must not be true");

const CONTROLS: readonly Control[] = [
  hostNamespaces,
  volumes,
  hostPorts,
  capabilities,
  escalation,
  runAsNonRoot,
  runAsUser,
  seccomp,
  appArmor,
  seLinux,
  sysctls,
  hostProcess,
  procMount,
  privileged,
];

/** True where the level applies to the namespace: it enforces it. */
export function isRestricted(labels: Readonly<Record<string, string>>): boolean {
  return labels["pod-security.kubernetes.io/enforce"] === "restricted";
}
