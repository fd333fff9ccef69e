/**
 * Who subscribes or opens a socket: one connection of the server, and one of its caller.
 *
 * Owns that both are counted or neither. Which limits there are is `limits/client-limits.ts`.
 */
import type { Context } from "hono";
import type { Access } from "../auth/access.ts";
import { networkOf } from "../network/cidr.ts";
import type { Services } from "../services.ts";

/**
 * Counts one stream or socket, of the server and of its caller; returns how to give it back (twice does no harm).
 * @throws StreamError `DRAINING`, `CONNECTION_LIMIT`, `CLIENT_LIMIT`, `RATE_LIMITED`.
 */
export function connectClient(
  context: Context,
  { lifecycle, clients, ports }: Services,
  { subject }: Access,
): () => void {
  const disconnect = lifecycle.connect();
  try {
    const leave = clients.enter({ subject, address: networkOf(ports.addressOf?.(context) ?? "") });
    return () => {
      leave();
      disconnect();
    };
  } catch (thrown) {
    disconnect();
    throw thrown;
  }
}
