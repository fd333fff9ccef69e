/** `maskwire canary`: the program that a masker tries to reach, to see whether network policies are in force. */
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { Option } from "commander";
import { greetingOf } from "../../server/lifecycle/canary.ts";
import { wholeNumber, type Command } from "../command.ts";
import { tell } from "../io.ts";

/** A masker asks every few seconds: more at once is somebody else. */
const CONNECTIONS_LIMIT = 100;
const IDLE_LIMIT_MS = 2_000;

export const canary: Command = {
  notes: `
Allow maskwire to open the control port and not the forbidden one, and name both under \`canary\` in its configuration.
Reads nothing; says on the control port which forbidden port it listens on.

Exit: 0 ended by a signal, 1 a port cannot be used, 2 usage.`,
  define: (parser) =>
    parser
      .addOption(new Option("--host <address>", "address to listen on").default("127.0.0.1"))
      .addOption(portOption("--control <number>", "port that policy allows").default(7080))
      .addOption(portOption("--forbidden <number>", "port that policy forbids").default(7081)),
  run: async (args, io) => {
    const { host = "", control = 0, forbidden = 0 } = args;
    if (control === forbidden) {
      tell(io, "--control and --forbidden are one port; write two");
      return 2;
    }
    const ended = new Promise<void>((resolve) => io.onSignal(resolve));
    const servers = [createPort(""), createPort(greetingOf({ listenPort: forbidden }))];
    try {
      // The greeting says that both listen, so the port with the greeting comes last.
      await listen(servers[0], host, forbidden);
      await listen(servers[1], host, control);
    } catch {
      tell(io, `the ports ${control} and ${forbidden} of ${host} cannot be used`);
      return 1;
    }
    tell(io, `canary listens on ${host}: control ${control}, forbidden ${forbidden}`);
    await ended;
    return 0;
  },
};

function portOption(flags: string, summary: string): Option {
  return new Option(flags, summary).argParser(wholeNumber(1, 65_535));
}

/** Says its word and closes. */
function createPort(word: string): Server {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.setTimeout(IDLE_LIMIT_MS, () => socket.destroy());
    socket.resume();
    socket.end(word);
  });
  server.maxConnections = CONNECTIONS_LIMIT;
  return server;
}

async function listen(server: Server, host: string, listenPort: number): Promise<void> {
  server.listen(listenPort, host);
  await once(server, "listening");
}
