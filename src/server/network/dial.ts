/**
 * What a host with sockets is asked: whether one TCP connection can be made.
 */

/**
 * What one attempt to connect came to. `shut`: refused, unreachable or without an answer in time. `failed`: it says
 * nothing about policies, such as a name that does not resolve.
 */
export type DialOutcome = "open" | "shut" | "failed";

/** A TCP port of somebody else. */
export interface Endpoint {
  readonly host: string;
  readonly listenPort: number;
}

export interface DialOptions {
  /** Longest wait for the connection and the greeting together. */
  readonly limitMs: number;
  /** What the peer says first; another word makes the attempt `failed`. Absent: a connection is enough. */
  readonly greeting?: string;
}

/** Tries one TCP connection and closes it. Never throws. */
export type Dial = (endpoint: Endpoint, options: DialOptions) => Promise<DialOutcome>;
