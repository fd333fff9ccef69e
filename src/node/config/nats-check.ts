/**
 * What is wrong with the way to NATS that no single key shows.
 *
 * Owns the sentences, and the rule that raw and masked events never share an account.
 */
import type { NatsServersConfig } from "../../server/config/history-config.ts";
import { parseAddress } from "../../server/network/cidr.ts";
import type { FileConfig } from "./schema.ts";
import type { Fault } from "./zone-check.ts";

const SECRETS = ["credentialsFile", "nkeyFile", "tokenFile", "user"] as const;
const TLS_KEYS = ["caFile", "certFile", "keyFile"] as const;

const ACCOUNT_TEXT =
  "are reached as those of `history`: raw and masked events on one account, where who reads the one reads the other; give each an account of its own";
const ADDRESS_TEXT = "needs a host name: that is what its certificate is checked for";

export function checkNats(config: FileConfig): Fault[] {
  const { history, ingest = {} } = config;
  return [
    ...(history?.broker === "nats" ? checkServers(["history"], history) : []),
    ...Object.keys(ingest).flatMap((name) => [
      ...checkServers(["ingest", name], ingest[name]),
      ...checkIngest(config, name),
    ]),
  ];
}

function checkIngest({ history, feeds, ingest = {} }: FileConfig, name: string): Fault[] {
  const one = ingest[name];
  const say = (key: string, text: string): Fault[] => [{ path: ["ingest", name, key], text }];
  if (!Object.hasOwn(feeds, one.feed) && !Object.hasOwn(feeds, "*"))
    return say("feed", `no such feed; known: ${Object.keys(feeds).join(", ")}`);
  if (one.stream === undefined && one.subject === undefined)
    return say("subject", "is missing; name it, or a `stream` to take the whole of");
  if (history?.broker === "nats" && isSameAccount(history, one)) return say("servers", ACCOUNT_TEXT);
  const names = Object.keys(ingest);
  const isTaken = names.slice(0, names.indexOf(name)).some((other) => isSameConsumer(ingest[other], one));
  return isTaken ? say("group", "is the consumer of another ingest from this stream; choose another name") : [];
}

/** As far as a configuration can tell: two files may hold one account all the same. */
function isSameAccount(one: NatsServersConfig, other: NatsServersConfig): boolean {
  const isSameServer = one.servers.some((server) => other.servers.includes(server));
  return isSameServer && SECRETS.every((key) => one[key] === other[key]) && one.certFile === other.certFile;
}

type Ingest = NonNullable<FileConfig["ingest"]>[string];

function isSameConsumer(one: Ingest, other: Ingest): boolean {
  const isSameServer = one.servers.some((server) => other.servers.includes(server));
  return isSameServer && one.stream !== undefined && one.stream === other.stream && one.group === other.group;
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
