/**
 * The server as a value: feeds, relays and the Hono app of each listener, from ports and a configuration.
 */
import type { Hono } from "hono";
import type { Hmac } from "../core/index.ts";
import type { ListenerName, ServerConfig } from "./config.ts";
import type { Ports } from "./ports.ts";

export interface MaskwireServer {
  /** The routes of these listeners in one app: several when they share a socket. */
  app(listeners: readonly ListenerName[]): Hono;
  /** Publishes one event's data (JSON or text, UTF-8) into a feed, as a producer inside the process. */
  publish(feed: string, data: Uint8Array, event?: string): void;
  /** Drains by the steps of docs/protocol.md and resolves when every subscriber has ended. */
  drain(): Promise<void>;
}

export interface ServerOptions {
  /** Keyed hash for the `hash` operator and for tokens of upstream ids; absent: policies that need it are refused. */
  readonly hmac?: Hmac;
}

/** @throws StreamError `BAD_CONFIG`, `BAD_PATTERN`, `KEY_MISSING` when a policy cannot be compiled. */
export function createServer(_ports: Ports, _config: ServerConfig, _options: ServerOptions = {}): MaskwireServer {
  throw new Error("being written");
}
