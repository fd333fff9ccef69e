/**
 * What manifests are made of: the configuration as far as a cluster has to know it.
 *
 * Owns the shape and the names that every object agrees on. Whoever fills it has checked it.
 */
import type { Json, JsonObject } from "./yaml.ts";

export const ZONES = ["raw", "masked", "ops"] as const;
export type Zone = (typeof ZONES)[number];

export interface Comer {
  readonly role?: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface PlannedListener {
  readonly listenPort: number;
  readonly zone: Zone;
  readonly from: Comer;
}

export interface PlannedBroker {
  readonly name: string;
  readonly zone: "raw" | "masked";
  readonly role: string;
  readonly listenPort: number;
  readonly conduit?: string;
}

export interface PlannedUpstream {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Never empty where policies know addresses only; one address where the host is one. */
  readonly blocks: readonly AddressBlock[];
}

/** A range, and parts of it that do not count. */
export interface AddressBlock extends JsonObject {
  readonly cidr: string;
  readonly except?: readonly string[];
}

export const LISTENER_NAMES = ["publish", "subscribe", "admin"] as const;
export type PlannedListeners = Readonly<Record<(typeof LISTENER_NAMES)[number], PlannedListener>>;

export interface Plan {
  /** Of the image. */
  readonly version: string;
  /** The configuration, byte for byte as the pod is given it. */
  readonly configText: string;
  /** Ten letters and digits that differ when the text does. */
  readonly configHash: string;
  readonly listeners: PlannedListeners;
  readonly brokers: readonly PlannedBroker[];
  readonly upstreams: readonly PlannedUpstream[];
  readonly canary: { readonly control: number; readonly forbidden: number } | undefined;
  /** True when a policy makes keyed tokens, or events are kept on a disk. */
  readonly needsKey: boolean;
  /** Where events are kept on a disk, and how much of it they may take. */
  readonly storage: { readonly folder: string; readonly bytes: number } | undefined;
  /** The process is gone at the latest so long after SIGTERM. */
  readonly drainLimitMs: number;
}

export const APP = "maskwire";
export const CANARY = "maskwire-canary";
export const CONFIG_NAME = "maskwire-config";
export const ROLE_LABEL = "maskwire.dev/role";
export const ZONE_LABEL = "maskwire.dev/zone";
const NAME_LABEL = "app.kubernetes.io/name";
export const NAMESPACE_LABEL = "kubernetes.io/metadata.name";

export interface KubernetesObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

/** One object of a file, with what a reader should know. */
export interface Document {
  readonly comment?: string;
  readonly object: KubernetesObject;
}

export function appLabels(name: string = APP): Record<string, string> {
  return { [NAME_LABEL]: name };
}

/** An object in our own namespace. */
export function ownObject(kind: string, name: string, rest: Record<string, Json>, apiVersion = "v1"): KubernetesObject {
  return { apiVersion, kind, metadata: { name, namespace: APP, labels: appLabels() }, ...rest };
}

/** The namespace that a zone's component makes. */
export function zoneNamespace({ listeners }: Plan, zone: "raw" | "masked"): string {
  return listeners[zone === "raw" ? "publish" : "subscribe"].from.namespace ?? zone;
}
