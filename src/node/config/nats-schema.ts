/**
 * The keys of maskwire.yaml by which a NATS server is reached, the same for a history and for an ingest.
 */
import { z } from "zod";

const NATS_SERVER = /^(?:nats|tls):\/\/[0-9A-Za-z.:[\]-]{1,253}$/;

const file = z.string().min(1).max(4096);

export const natsServers = {
  servers: z
    .array(z.string().regex(NATS_SERVER))
    .min(1)
    .max(64)
    .describe(
      "`nats://host:port` or `tls://host:port`, of one cluster and all alike; with `tls` nothing is sent in clear.",
    ),
  credentialsFile: file
    .exactOptional()
    .describe("Credentials of its account: a JWT and its seed, as `nsc` writes them."),
  nkeyFile: file.exactOptional().describe("In place of it: the seed of an nkey."),
  tokenFile: file.exactOptional().describe("In place of it: a token."),
  user: z.string().min(1).max(256).exactOptional().describe("In place of it: a user, with `passwordFile`."),
  passwordFile: file.exactOptional().describe("The password of `user`."),
  caFile: file
    .exactOptional()
    .describe("Certificates (PEM) that the server's may be signed with; default: the system's."),
  certFile: file.exactOptional().describe("Our own certificate (PEM), where the server asks for one."),
  keyFile: file.exactOptional().describe("The private key of `certFile` (PEM)."),
};
