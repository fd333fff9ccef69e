/**
 * A pod that does as it is told: listens on ports, and dials others.
 *
 * One JSON command a line on standard input, one JSON answer a line on standard output; ends with its input.
 *   {"listen":[80,81],"name":"raw/producer"}            → {"listening":2}
 *   {"dial":[["10.0.0.2",80],…],"limitMs":2000}         → {"answers":["masked/subscriber","refused",…]}
 * Whoever listens says its name and closes; an answer is that name, `refused`, `timeout`, or the error's code.
 */
import { connect, createServer } from "node:net";
import process from "node:process";
import { createInterface } from "node:readline";

const CODES = { ECONNREFUSED: "refused", ETIMEDOUT: "timeout" };

for await (const line of createInterface({ input: process.stdin })) {
  const { listen: ports, name, dial: targets, limitMs } = JSON.parse(line);
  if (ports !== undefined) {
    await Promise.all(ports.map((port) => listen(port, name)));
    say({ listening: ports.length });
  } else {
    say({ answers: await Promise.all(targets.map(([address, port]) => dial(address, port, limitMs))) });
  }
}
process.exit(0);

function listen(port, name) {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end(name);
  });
  return new Promise((resolve, reject) => server.on("error", reject).listen(port, "0.0.0.0", resolve));
}

function dial(host, port, limitMs) {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const heard = [];
    const finish = (answer) => {
      // A reset leaves no TIME_WAIT: tens of thousands of connections must not use up the ports.
      socket.resetAndDestroy();
      resolve(answer);
    };
    socket.setTimeout(limitMs, () => finish("timeout"));
    socket.on("data", (chunk) => heard.push(chunk));
    socket.on("end", () => finish(Buffer.concat(heard).toString()));
    socket.on("error", ({ code }) => finish(CODES[code] ?? code));
  });
}

function say(answer) {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
