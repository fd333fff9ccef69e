/**
 * The part of maskwire.yaml that network policies are made of: zones, brokers, upstreams.
 *
 * Owns names, ranges and descriptions; zone-check.ts owns what no single key can say.
 */
import { z } from "zod";
import type { ListenerName, Zone } from "../../server/config/config.ts";

/** As Kubernetes names objects and namespaces. */
const OBJECT_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const LABEL_KEY = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const LIST_LIMIT = 64;
const PORT_LIMIT = 65_535;
const HTTPS_PORT = 443;
const HOST_LIMIT = 253;

/** Whom each listener is for: on one port no network policy could tell a producer from a subscriber. */
const ZONE_OF = { publish: "raw", subscribe: "masked", admin: "ops" } as const satisfies Record<ListenerName, Zone>;

const comer = z.strictObject({
  role: z
    .string()
    .regex(LABEL_VALUE)
    .exactOptional()
    .describe("Pods with this value of the label `maskwire.dev/role`."),
  namespace: z.string().regex(OBJECT_NAME).exactOptional().describe("Name of their namespace."),
  labels: z
    .record(z.string().regex(LABEL_KEY), z.string().regex(LABEL_VALUE).describe("Further label of the pods."))
    .exactOptional()
    .describe("Further labels of the pods."),
});

/** The keys of one listener that say who comes in. */
export function zoneKeys(listener: ListenerName) {
  return {
    zone: z.literal(ZONE_OF[listener]).exactOptional().describe("Zone of those who come in; there is no other here."),
    from: comer.exactOptional().describe("Pods that network policy lets in."),
  };
}

const port = z.int().min(1).max(PORT_LIMIT);
const cidrs = z.array(z.string().min(1).max(64)).max(LIST_LIMIT);

export const upstreams = z
  .array(
    z.strictObject({
      name: z.string().regex(OBJECT_NAME).describe("For people and policies."),
      host: z.string().min(1).max(HOST_LIMIT).describe("Host name or address, as in the URL of a relay or of keys."),
      port: port.default(HTTPS_PORT).describe("TCP port."),
      cidrs: cidrs
        .default([])
        .describe(
          "Addresses that it may have, such as 198.51.100.0/25; a NetworkPolicy knows no names and needs them.",
        ),
      except: cidrs.default([]).describe("Ranges inside of `cidrs` that it never has."),
      caFile: z
        .string()
        .min(1)
        .max(4096)
        .exactOptional()
        .describe("Certificates (PEM) that its own has to be signed with; default: the system's. Node only."),
    }),
  )
  .max(LIST_LIMIT);

export const brokers = z
  .array(
    z.strictObject({
      name: z.string().regex(OBJECT_NAME).describe("For people and policies."),
      zone: z.enum(["raw", "masked"]).describe("Zone that it stands in; raw and masked events need two brokers."),
      role: z
        .string()
        .regex(LABEL_VALUE)
        .default("broker")
        .describe("Its pods' value of the label `maskwire.dev/role`."),
      listenPort: port.describe("TCP port of its pods."),
      conduit: z
        .string()
        .min(1)
        .max(1024)
        .exactOptional()
        .describe("Lets both zones reach it, and says why that is safe; the rights of its accounts, for example."),
    }),
  )
  .max(LIST_LIMIT);
