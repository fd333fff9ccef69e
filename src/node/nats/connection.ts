/**
 * One connection to NATS, by what a configuration says of it.
 *
 * Owns credentials and TLS. They are read anew for each connection, so that files may be replaced; no error of the
 * library or of a file is passed on, because both quote what they were given.
 */
import { readFile } from "node:fs/promises";
import {
  connect,
  credsAuthenticator,
  errors,
  nkeyAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
  type Authenticator,
  type NatsConnection,
  type TlsOptions,
} from "@nats-io/transport-node";
import type { NatsServersConfig } from "../../server/config/history-config.ts";

/** `lost` is worth another try soon, `refused` is for a person to look at. */
export type NatsFailure = "lost" | "refused";

const CONNECT_LIMIT_MS = 5_000;
/** A server that is gone without a word is noticed after two of them. */
const PING_MS = 5_000;
const TLS = "tls://";
/** How files end that people write with an editor. */
const LINE_END = /\r?\n$/;

/** It never comes back by itself: what it still held would then be sent behind what came later. Never throws. */
export async function openNats(config: NatsServersConfig): Promise<NatsConnection | NatsFailure> {
  let options: Parameters<typeof connect>[0];
  try {
    const [authenticator, tls] = await Promise.all([authenticatorOf(config), tlsOf(config)]);
    options = {
      servers: [...config.servers],
      name: "maskwire",
      reconnect: false,
      // Whoever is listed is dialled, and nobody that a server tells of.
      ignoreClusterUpdates: true,
      pingInterval: PING_MS,
      timeout: CONNECT_LIMIT_MS,
      ...(authenticator === undefined ? {} : { authenticator }),
      ...(tls === undefined ? {} : { tls }),
    };
  } catch {
    return "refused";
  }
  try {
    return await connect(options);
  } catch (thrown) {
    return isRefusal(thrown) ? "refused" : "lost";
  }
}

async function authenticatorOf(config: NatsServersConfig): Promise<Authenticator | undefined> {
  const { credentialsFile, nkeyFile, tokenFile, user, passwordFile } = config;
  if (credentialsFile !== undefined) return credsAuthenticator(await readFile(credentialsFile));
  if (nkeyFile !== undefined) return nkeyAuthenticator(Buffer.from(await readLine(nkeyFile)));
  if (tokenFile !== undefined) return tokenAuthenticator(await readLine(tokenFile));
  if (user === undefined || passwordFile === undefined) return undefined;
  return usernamePasswordAuthenticator(user, await readLine(passwordFile));
}

/** The client takes the scheme of an address for decoration: without these options it would go on in clear. */
async function tlsOf({ servers, caFile, certFile, keyFile }: NatsServersConfig): Promise<TlsOptions | undefined> {
  if (!servers.every((server) => server.startsWith(TLS))) return undefined;
  const read = async (file: string | undefined): Promise<string | undefined> =>
    file === undefined ? undefined : await readFile(file, "utf8");
  const [ca, cert, key] = await Promise.all([caFile, certFile, keyFile].map(read));
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

async function readLine(file: string): Promise<string> {
  return (await readFile(file, "utf8")).replace(LINE_END, "");
}

function isRefusal(thrown: unknown): boolean {
  return thrown instanceof errors.AuthorizationError || thrown instanceof errors.UserAuthenticationExpiredError;
}
