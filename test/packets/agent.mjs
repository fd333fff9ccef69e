/**
 * A pod that does as it is told: listens on ports, and dials others.
 *
 * One JSON command a line on standard input, one JSON answer a line on standard output; ends with its input.
 *   {"listen":[80,81],"name":"raw/producer"}            → {"listening":2}
 *   {"dial":[["10.0.0.2",80],…],"limitMs":2000,"say":""}  → {"answers":["masked/subscriber","refused",…]}
 *   {"shout":[["10.0.0.2",80],…],"say":"text"}          → {"sent":1}, a UDP datagram to each
 *   {"talk":["10.0.0.2",4222],"say":"text","until":"…"} → {"text":"…"}, what was answered until that came, or the end
 *   {"request":"http://…","method":…,"headers":…,"body":…}  → {"status":200,"text":"…"}
 *   {"follow":"http://…/events","until":"text"}         → {"text":"…"}, once the text came or the stream ended
 * Whoever listens says its name and closes (UDP: takes it, and says nothing); an answer is that name, `refused`, `timeout`,
 * or the error's code. `follow` of a ws: URL reads messages, one a line. A request without an answer has status 0.
 */
import { createSocket } from "node:dgram";
import { connect, createServer } from "node:net";
import process from "node:process";
import { createInterface } from "node:readline";
import { WebSocket } from "ws";

const LIMIT_MS = 120_000;
/** More at once wait for a free descriptor. */
const DIALS_AT_ONCE = 500;
const COMMANDS = {
  listen: async ({ listen: ports, name }) => {
    await Promise.all(ports.map((port) => listen(port, name)));
    return { listening: ports.length };
  },
  dial: async ({ dial: targets, ...options }) => {
    const answers = [];
    for (let start = 0; start < targets.length; start += DIALS_AT_ONCE) {
      const some = targets.slice(start, start + DIALS_AT_ONCE);
      answers.push(...(await Promise.all(some.map(([host, port]) => dial({ host, port, ...options })))));
    }
    return { answers };
  },
  shout: async ({ shout: targets, say }) => {
    const socket = createSocket("udp4");
    const send = ([address, port]) => new Promise((resolve) => socket.send(say, port, address, () => resolve()));
    await Promise.all(targets.map(send));
    socket.close();
    return { sent: targets.length };
  },
  talk: async ({ talk: [host, port], say, until }) => ({ text: await talk({ host, port, say, until }) }),
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
  tell(await COMMANDS[name](command));
}
process.exit(0);

function listen(port, name) {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end(name);
  });
  // Datagrams are taken and dropped: otherwise the kernel sends them back inside an ICMP error.
  const sink = createSocket("udp4");
  const ready = (end, start) => new Promise((resolve, reject) => start(end.on("error", reject), resolve));
  return Promise.all([
    ready(server, (server, done) => server.listen(port, "0.0.0.0", done)),
    ready(sink, (sink, done) => sink.bind(port, "0.0.0.0", done)),
  ]);
}

function dial({ host, port, limitMs, say }) {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    if (say !== "") socket.write(say);
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

function talk({ host, port, say, until }) {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    let text = "";
    const finish = () => {
      socket.destroy();
      resolve(text);
    };
    socket.setTimeout(LIMIT_MS, finish);
    socket.on("data", (chunk) => {
      text += chunk.toString();
      if (text.includes(until)) finish();
    });
    socket.on("end", finish);
    socket.on("error", finish);
    socket.write(say);
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

function tell(answer) {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
