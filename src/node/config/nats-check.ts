/**
 * What is wrong with the way to NATS that no single key shows.
 *
 * Owns the sentences, and the rule that raw and masked events never share an account.
 */
import type { NatsServersConfig } from "../../server/config.ts";
import { parseAddress } from "../../server/cidr.ts";
import type { FileConfig } from "./schema.ts";
import type { Fault } from "./zone-check.ts";

const SECRETS = ["credentialsFile", "nkeyFile", "tokenFile", "user"] as const;
const TLS_KEYS = ["caFile", "certFile", "keyFile"] as const;

const ADDRESS_TEXT = "needs a host name: that is what its certificate is checked for";

export function checkNats({ history }: FileConfig): Fault[] {
  return history?.broker === "nats" ? checkServers(["history"], history) : [];
}

/** `[::1]:4222` and `10.0.0.1:4222` too. */
function hostOf(server: string): string {
  return server.replace(/^\w+:\/\//, "").replace(/^\[(.*)\](?::\d*)?$|:\d*$/, "$1");
}

function checkServers(path: readonly PropertyKey[], config: NatsServersConfig): Fault[] {
  const say = (key: string, text: string): Fault[] => [{ path: [...path, key], text }];
  const given = SECRETS.filter((key) => config[key] !== undefined);
  const isTls = config.servers.map((server) => server.startsWith("tls://"));
  const tlsKey = TLS_KEYS.find((key) => config[key] !== undefined);
  if (isTls.includes(true) && isTls.includes(false))
    return say("servers", "are reached with tls:// or with nats://, all alike: whoever cuts one off would choose");
  const address = config.servers.findIndex((server) => isTls[0] && parseAddress(hostOf(server)) !== undefined);
  if (address >= 0) return [{ path: [...path, "servers", address], text: ADDRESS_TEXT }];
  if (tlsKey !== undefined && !isTls.includes(true)) return say(tlsKey, "needs servers with tls://");
  if ((config.certFile === undefined) !== (config.keyFile === undefined))
    return say(config.certFile === undefined ? "keyFile" : "certFile", "needs both, `certFile` and `keyFile`");
  if (given.length > 1) return say(given[1], `stands beside \`${given[0]}\`; one of them says who we are`);
  if ((config.user === undefined) !== (config.passwordFile === undefined))
    return say(config.user === undefined ? "passwordFile" : "user", "needs both, `user` and `passwordFile`");
  return [];
}
