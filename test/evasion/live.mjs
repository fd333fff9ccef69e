/**
 * A running server as a masker that a judge of evasions can run: posted bodies, and published messages that a subscriber
 * reads, over WebSocket and over server-sent events.
 */
import { once } from "node:events";
import { request } from "node:http";
import process from "node:process";
import { WebSocket } from "ws";

export const name = "maskwire, live server";

/**
 * Where the server listens; whoever runs this has started it. Its policies have the names of the options, and so have feeds
 * that go by them. `OPTIONS`: whether what an option masks is posted to be masked, or published.
 */
const { ORIGIN = "", SUBSCRIBER = "websocket", OPTIONS = "post" } = process.env;
const TYPES = { json: "application/json", ndjson: "application/x-ndjson", sse: "text/event-stream" };
/** What ends a case: a number, which no policy changes, and no case holds. */
const END = "0.5";
let feeds = 0;

/** Null: refused. */
export async function runCase({ transport, option }, chunks) {
  if (transport === "ws-binary") return await sendBinary(chunks[0]);
  const feed = option?.split("=")[0];
  if (feed !== undefined && (OPTIONS === "feed" || transport === "ws")) return await PUBLISHED[transport](feed, chunks);
  if (transport === "ws" || transport === "ws-fragments") return await sendMessages(chunks, transport);
  return await post(`/v1/mask${feed === undefined ? "" : `?policy=${feed}`}`, TYPES[transport] ?? "text/plain", chunks);
}

/** The answer's bytes, chunk after chunk as they were cut. */
async function post(path, type, chunks) {
  const call = request(`${ORIGIN}${path}`, { method: "POST", headers: { "content-type": type } });
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

/** By transport: publishes a case to the feed of its option, and returns what a subscriber was given. */
const PUBLISHED = {
  ws: async (feed, chunks) =>
    await sendEvents(
      feed,
      chunks.map((chunk) => JSON.stringify(chunk.toString())),
    ),
  text: async (feed, chunks) => await sendEvents(feed, [JSON.stringify(Buffer.concat(chunks).toString())]),
  json: async (feed, chunks) => await sendEvents(feed, [Buffer.concat(chunks).toString()]),
  async sse(feed, chunks) {
    const { done } = await subscribe(feed);
    await post(`/v1/feeds/${feed}/events`, TYPES.sse, chunks);
    await publishEnd(feed);
    return Buffer.from((await done).map((data) => `data: ${data.replaceAll("\n", "\ndata: ")}\n\n`).join(""));
  },
};

/** Publishes each message, or all fragments as one, and returns what a subscriber was given. */
async function sendMessages(chunks, transport) {
  feeds += 1;
  const feed = `evasion-${SUBSCRIBER}-${feeds}`;
  if (transport === "ws")
    return await sendEvents(
      feed,
      chunks.map((chunk) => JSON.stringify(chunk.toString())),
    );
  return await send(feed, (producer) => {
    producer.send(`{"type":"publish","ref":"a","events":[{"data":`, { fin: false });
    for (const chunk of chunks) producer.send(chunk.toString(), { fin: false });
    producer.send("}]}", { fin: true });
  });
}

/** Publishes each of these JSON texts in a message of its own. */
async function sendEvents(feed, texts) {
  return await send(feed, (producer) => {
    for (const text of texts) producer.send(`{"type":"publish","ref":"a","events":[{"data":${text}}]}`);
  });
}

async function send(feed, run) {
  const { done } = await subscribe(feed);
  const producer = await open(feed);
  run(producer);
  producer.close();
  await once(producer, "close");
  await publishEnd(feed);
  return Buffer.from((await done).join(""));
}

async function publishEnd(feed) {
  await post(`/v1/feeds/${feed}/events`, TYPES.json, [Buffer.from(END)]);
}

async function subscribe(feed) {
  return await SUBSCRIBERS[SUBSCRIBER](feed);
}

/** By transport: once subscribed, a promise in a box of the data of all events before the last one. */
const SUBSCRIBERS = {
  async websocket(feed) {
    const socket = await open(feed);
    const received = [];
    const done = new Promise((resolve) => {
      socket.on("message", (message) => {
        const data = /"type":"event",.*?"data":(.*)\}$/s.exec(Buffer.from(message).toString())?.[1];
        if (data === END) resolve(received);
        else if (data !== undefined) received.push(data.startsWith('"') ? JSON.parse(data) : data);
      });
    });
    return { done: done.finally(() => socket.terminate()) };
  },
  async sse(feed) {
    const headers = { accept: "text/event-stream" };
    const call = request(`${ORIGIN}/v1/feeds/${feed}/events`, { headers });
    call.end();
    const [response] = await once(call, "response");
    return { done: readEvents(response).finally(() => call.destroy()) };
  },
};

async function readEvents(response) {
  const received = [];
  let rest = "";
  for await (const chunk of response.setEncoding("utf8")) {
    const blocks = (rest + chunk).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const lines = block.split("\n").filter((line) => line.startsWith("data:"));
      const data = lines.map((line) => line.slice("data:".length).replace(/^ /, "")).join("\n");
      if (data === END) return received;
      if (lines.length > 0) received.push(data);
    }
  }
  throw new Error("the subscription ended");
}

async function sendBinary(chunk) {
  const socket = await open("evasion-binary");
  const closed = once(socket, "close");
  socket.send(chunk, { binary: true });
  await closed;
  return null;
}

async function open(feed) {
  const socket = new WebSocket(`${ORIGIN.replace("http", "ws")}/v1/feeds/${feed}/socket`, "maskwire.v1");
  await once(socket, "open");
  return socket;
}
