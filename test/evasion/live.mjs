/** A running server as a masker that a judge of evasions can run: posted bodies, and WebSocket messages to a subscriber. */
import { once } from "node:events";
import { request } from "node:http";
import process from "node:process";
import { WebSocket } from "ws";

export const name = "maskwire, live server";

/** Where the server listens; whoever runs this has started it. */
const { ORIGIN = "" } = process.env;
const TYPES = { json: "application/json", ndjson: "application/x-ndjson", sse: "text/event-stream" };
const SETTLE_MS = 150;
let feeds = 0;

/** Null: refused. */
export async function runCase({ transport }, chunks) {
  if (transport === "ws-binary") return await sendBinary(chunks[0]);
  if (transport === "ws" || transport === "ws-fragments") return await sendMessages(chunks, transport);
  return await post(TYPES[transport] ?? "text/plain", chunks);
}

/** The answer's bytes, chunk after chunk as they were cut. */
async function post(type, chunks) {
  const call = request(`${ORIGIN}/v1/mask`, { method: "POST", headers: { "content-type": type } });
  const answered = once(call, "response");
  for (const chunk of chunks) {
    call.write(chunk);
    await new Promise(setImmediate);
  }
  call.end();
  const [response] = await answered;
  const parts = [];
  for await (const part of response) parts.push(part);
  return response.statusCode === 200 ? Buffer.concat(parts) : null;
}

/** Publishes each message, or all fragments as one, and returns what a subscriber was given. */
async function sendMessages(chunks, transport) {
  const socket = await open();
  const received = [];
  socket.on("message", (message) => {
    const text = Buffer.from(message).toString();
    const data = /"type":"event",.*?"data":(.*)\}$/s.exec(text)?.[1];
    if (data !== undefined) received.push(data.startsWith('"') ? JSON.parse(data) : data);
  });
  if (transport === "ws-fragments") {
    socket.send(`{"type":"publish","ref":"a","events":[{"data":`, { fin: false });
    for (const chunk of chunks) socket.send(chunk.toString(), { fin: false });
    socket.send("}]}", { fin: true });
  } else {
    for (const chunk of chunks)
      socket.send(JSON.stringify({ type: "publish", ref: "a", events: [{ data: chunk.toString() }] }));
  }
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  socket.terminate();
  return Buffer.from(received.join(""));
}

async function sendBinary(chunk) {
  const socket = await open();
  const closed = once(socket, "close");
  socket.send(chunk, { binary: true });
  await closed;
  return null;
}

async function open() {
  feeds += 1;
  const socket = new WebSocket(`${ORIGIN.replace("http", "ws")}/v1/feeds/evasion-${feeds}/socket`, "maskwire.v1");
  await once(socket, "open");
  return socket;
}
