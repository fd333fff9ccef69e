/**
 * A pod that does as it is told: listens on ports, and dials others.
 *
 * One JSON command a line on standard input, one JSON answer a line on standard output; ends with its input.
 *   {"listen":[80,81],"name":"raw/producer"}            → {"listening":2}
 *   {"dial":[["10.0.0.2",80],…],"limitMs":2000}         → {"answers":["masked/subscriber","refused",…]}
 *   {"request":"http://…","method":…,"headers":…,"body":…}  → {"status":200,"text":"…"}
 *   {"follow":"http://…/events","until":"text"}         → {"text":"…"}, once the text came or the stream ended
 * Whoever listens says its name and closes; an answer is that name, `refused`, `timeout`, or the error's code. `follow` of a
 * ws: URL reads messages, one a line. A request without an answer has status 0.
 */
import { connect, createServer } from "node:net";
import process from "node:process";
import { createInterface } from "node:readline";
import { WebSocket } from "ws";

const LIMIT_MS = 10_000;
const COMMANDS = {
  listen: async ({ listen: ports, name }) => {
    await Promise.all(ports.map((port) => listen(port, name)));
    return { listening: ports.length };
  },
  dial: async ({ dial: targets, limitMs }) => ({
    answers: await Promise.all(targets.map(([address, port]) => dial(address, port, limitMs))),
  }),
  request: async ({ request: url, ...init }) => {
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(LIMIT_MS) });
      return { status: response.status, text: await response.text() };
    } catch {
      return { status: 0, text: "" };
    }
  },
  follow: ({ follow: url, until }) => (url.startsWith("ws:") ? followSocket(url, until) : followEvents(url, until)),
};
const CODES = { ECONNREFUSED: "refused", ETIMEDOUT: "timeout" };

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  const [name] = Object.keys(COMMANDS).filter((name) => command[name] !== undefined);
  say(await COMMANDS[name](command));
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

async function followEvents(url, until) {
  let text = "";
  try {
    const { body } = await fetch(url, {
      headers: { accept: "text/event-stream" },
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    for await (const chunk of body) {
      text += Buffer.from(chunk).toString();
      if (text.includes(until)) break;
    }
  } catch {
    // What came until then is the answer.
  }
  return { text };
}

function followSocket(url, until) {
  return new Promise((resolve) => {
    let text = "";
    const socket = new WebSocket(url, "maskwire.v1");
    const finish = () => {
      clearTimeout(timer);
      socket.terminate();
      resolve({ text });
    };
    const timer = setTimeout(finish, LIMIT_MS);
    socket.on("message", (data) => {
      text += `${new TextDecoder().decode(data)}\n`;
      if (text.includes(until)) finish();
    });
    socket.on("close", finish);
    socket.on("error", finish);
  });
}

function say(answer) {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
