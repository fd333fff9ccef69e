/**
 * Where the events of feeds are kept, and how the servers that keep them are reached.
 */

/** When a durable history counts as committed: on the disk, there within a second, or with the operating system. */
export const HISTORY_SYNCS = ["always", "interval", "never"] as const;

/** What keeps events beyond this process. */
export interface DiskHistoryConfig {
  readonly broker: "disk";
  /** A folder that no other process uses. */
  readonly dataDir: string;
  readonly sync: (typeof HISTORY_SYNCS)[number];
}

/** How a NATS server is reached. At most one of credentials, nkey, token and user; all but `user` name files. */
export interface NatsServersConfig {
  /** `nats://host:port` or `tls://host:port` of one cluster, all alike. */
  readonly servers: readonly string[];
  readonly credentialsFile?: string;
  readonly nkeyFile?: string;
  readonly tokenFile?: string;
  readonly user?: string;
  readonly passwordFile?: string;
  /** Undefined: the system's authorities. */
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

export interface NatsHistoryConfig extends NatsServersConfig {
  readonly broker: "nats";
  /** Begins the names of streams and subjects. */
  readonly prefix: string;
  /** Servers that hold each event. */
  readonly replicas: number;
}

export type HistoryConfig = { readonly broker: "memory" } | DiskHistoryConfig | NatsHistoryConfig;
