/** What the API server refuses in the spec of a pod whose fields have the right types. */
import type { Path } from "../object.ts";
import { fieldsOf, isFields, listOf, textOf, type Fields } from "../value.ts";
import { choiceFaults, isPortName, isPortNumber, portFaults, protocolFaults } from "./names.ts";
import { quantityOf } from "./quantity.ts";
import { pathText, type Fault } from "./shape-check.ts";

const HANDLERS = ["exec", "grpc", "httpGet", "tcpSocket"];
const PROBES = ["startupProbe", "livenessProbe", "readinessProbe"];
const ID_LIMIT = 2_147_483_647;

export function podFaults(spec: Fields, path: Path): Fault[] {
  const containers = listOf(spec["containers"]);
  const volumes = new Set(listOf(spec["volumes"]).map((volume) => textOf(fieldsOf(volume)["name"])));
  const isHostNetwork = spec["hostNetwork"] === true;
  const empty =
    containers.length === 0
      ? [{ path: [...path, "containers"], text: `${pathText([...path, "containers"])} is empty` }]
      : [];
  const all = (["containers", "initContainers"] as const).flatMap((key) =>
    listOf(spec[key]).flatMap((container, index) =>
      containerFaults(fieldsOf(container), { path: [...path, key, index], volumes, isHostNetwork }),
    ),
  );
  const spread = listOf(spec["topologySpreadConstraints"]).flatMap((one, index): Fault[] => {
    const at = [...path, "topologySpreadConstraints", index, "maxSkew"];
    const skew = fieldsOf(one)["maxSkew"];
    return typeof skew === "number" && skew < 1 ? [{ path: at, text: `${pathText(at)} must be at least 1` }] : [];
  });
  return [
    ...empty,
    ...all,
    ...spread,
    ...securityFaults(fieldsOf(spec["securityContext"]), [...path, "securityContext"]),
  ];
}

interface ContainerContext {
  readonly path: Path;
  readonly volumes: ReadonlySet<string>;
  readonly isHostNetwork: boolean;
}

function containerFaults(container: Fields, { path, volumes, isHostNetwork }: ContainerContext): Fault[] {
  return [
    ...choiceFaults(container["imagePullPolicy"], ["Always", "IfNotPresent", "Never"], [...path, "imagePullPolicy"]),
    ...containerPortFaults(listOf(container["ports"]), [...path, "ports"], isHostNetwork),
    ...mountFaults(listOf(container["volumeMounts"]), [...path, "volumeMounts"], volumes),
    ...resourceFaults(fieldsOf(container["resources"]), [...path, "resources"]),
    ...securityFaults(fieldsOf(container["securityContext"]), [...path, "securityContext"]),
    ...PROBES.flatMap((name) => (isFields(container[name]) ? probeFaults(container[name], [...path, name]) : [])),
  ];
}

function containerPortFaults(ports: readonly unknown[], path: Path, isHostNetwork: boolean): Fault[] {
  const names = new Set<string>();
  return ports.flatMap((value, index) => {
    const { name, containerPort, hostPort, protocol } = fieldsOf(value);
    const at = [...path, index];
    const texts = [
      ...(isPortNumber(containerPort) ? [] : ["containerPort must be from 1 to 65535"]),
      ...(name === undefined || isPortName(textOf(name)) ? [] : ["name has at most 15 of a-z, 0-9 and -"]),
      ...(names.has(textOf(name)) ? ["name stands twice"] : []),
      ...(isHostNetwork && hostPort !== undefined && hostPort !== containerPort
        ? ["hostPort must be containerPort under hostNetwork"]
        : []),
    ];
    if (typeof name === "string") names.add(name);
    return [
      ...texts.map((text) => ({ path: at, text: `${pathText(at)}: ${text}` })),
      ...protocolFaults(protocol, [...at, "protocol"]),
    ];
  });
}

function mountFaults(mounts: readonly unknown[], path: Path, volumes: ReadonlySet<string>): Fault[] {
  const paths = new Set<string>();
  return mounts.flatMap((value, index) => {
    const { name, mountPath } = fieldsOf(value);
    const at = [...path, index];
    const texts = [
      ...(volumes.has(textOf(name)) ? [] : ["names a volume that is not there"]),
      ...(paths.has(textOf(mountPath)) ? ["mountPath stands twice"] : []),
    ];
    paths.add(textOf(mountPath));
    return texts.map((text) => ({ path: at, text: `${pathText(at)}: ${text}` }));
  });
}

function resourceFaults(resources: Fields, path: Path): Fault[] {
  const limits = fieldsOf(resources["limits"]);
  return Object.entries(fieldsOf(resources["requests"])).flatMap(([name, request]): Fault[] => {
    const [asked, limit] = [quantityOf(request), quantityOf(limits[name])];
    const at = [...path, "requests", name];
    const isAbove = asked !== undefined && limit !== undefined && asked > limit;
    return isAbove ? [{ path: at, text: `${pathText(at)} is above its limit` }] : [];
  });
}

function securityFaults(context: Fields, path: Path): Fault[] {
  const ids = ["runAsUser", "runAsGroup", "fsGroup"].flatMap((name): Fault[] => {
    const id = context[name];
    const at = [...path, name];
    const isWrong = typeof id === "number" && (id < 0 || id > ID_LIMIT);
    return isWrong ? [{ path: at, text: `${pathText(at)} must be from 0 to ${ID_LIMIT}` }] : [];
  });
  const profile = fieldsOf(context["seccompProfile"]);
  const at = [...path, "seccompProfile"];
  const isLost = profile["type"] === "Localhost" && textOf(profile["localhostProfile"]) === "";
  return [
    ...ids,
    ...choiceFaults(profile["type"], ["Localhost", "RuntimeDefault", "Unconfined"], [...at, "type"]),
    ...(isLost ? [{ path: at, text: `${pathText(at)}: Localhost needs localhostProfile` }] : []),
  ];
}

function probeFaults(probe: Fields, path: Path): Fault[] {
  const handlers = HANDLERS.filter((name) => isFields(probe[name]));
  const needsOne = !String(path.at(-1)).startsWith("readiness");
  const threshold = probe["successThreshold"];
  const texts = [
    ...(handlers.length === 1 ? [] : ["a probe has one handler: exec, grpc, httpGet or tcpSocket"]),
    ...(needsOne && typeof threshold === "number" && threshold > 1 ? ["successThreshold must be 1"] : []),
  ];
  return [
    ...texts.map((text) => ({ path, text: `${pathText(path)}: ${text}` })),
    ...handlers.flatMap((name) => portFaults(fieldsOf(probe[name])["port"], [...path, name, "port"])),
  ];
}
