/**
 * One Kubernetes object with the place in a file where each part of it stands.
 *
 * Owns identity and place. Never says whether the object is right.
 */
import { fieldsOf, textOf, valueAt, type Fields } from "./value.ts";

export type Path = readonly (string | number)[];

export interface Place {
  readonly file: string;
  /** From 1; 0 when the object was not read from text. */
  readonly line: number;
}

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** `default` where a namespaced object names none, empty where the kind has no namespace. */
  readonly namespace: string;
  readonly labels: Labels;
  readonly value: Fields;
  /** Place of a part, or of the nearest part around it that is there. */
  readonly placeOf: (path: Path) => Place;
}

export type Labels = Readonly<Record<string, string>>;

/** Kinds without a namespace, of those that this part of the house reads. */
const CLUSTER_KINDS: ReadonlySet<string> = new Set(["Namespace", "Node", "ClusterRole", "ClusterRoleBinding"]);

/** @param placeOf defaults to a place that says "not from a file" */
export function kubernetesObject(
  value: unknown,
  placeOf: KubernetesObject["placeOf"] = () => ({ file: "", line: 0 }),
): KubernetesObject {
  const fields = fieldsOf(value);
  const kind = textOf(fields["kind"]);
  const namespace = textOf(valueAt(fields, "metadata", "namespace")) || "default";
  return {
    apiVersion: textOf(fields["apiVersion"]),
    kind,
    name: textOf(valueAt(fields, "metadata", "name")),
    namespace: CLUSTER_KINDS.has(kind) ? "" : namespace,
    labels: labelsOf(valueAt(fields, "metadata", "labels")),
    value: fields,
    placeOf,
  };
}

/** Labels whose values are text; others are refused elsewhere and match nothing. */
export function labelsOf(value: unknown): Labels {
  return Object.fromEntries(
    Object.entries(fieldsOf(value)).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

export function nameOf({ kind, namespace, name }: Pick<KubernetesObject, "kind" | "namespace" | "name">): string {
  return namespace === "" ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}
