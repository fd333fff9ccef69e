/** One JSON document, made while it is sent, and read while it comes back. */
import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";

const CHUNK_ITEMS = 500;
const EMAIL = "jane.doe@example.com";
const MASKED = "[EMAIL]";

const ITEM = `{"at":"2026-11-23T10:00:00Z","n":1.10,"tags":["a",null,{}],"text":"order 4711 \\u00e9 shipped","from":"nobody"},\n`;
/** One address in ten items. */
const CHUNK = Buffer.from((ITEM.repeat(9) + ITEM.replace("nobody", EMAIL)).repeat(CHUNK_ITEMS / 10));

export interface Posted {
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Values that came back masked. */
  readonly values: number;
}

/** Posts an array of about so many bytes. Throws when the answer is not the document with its addresses masked. */
export async function postDocument(origin: string, bytes: number): Promise<Posted> {
  const call = request(`${origin}/v1/mask`, { method: "POST", headers: { "content-type": "application/json" } });
  const answered = once(call, "response") as Promise<[IncomingMessage]>;
  const received = receive(answered);
  // Whoever waits for the answer is told; until then nobody listens.
  received.catch(() => undefined);
  let sentBytes = 0;
  const send = async (chunk: Uint8Array): Promise<void> => {
    sentBytes += chunk.length;
    if (!call.write(chunk)) await Promise.race([once(call, "drain"), received]);
  };
  await send(Buffer.from('{"items":[\n'));
  const chunks = Math.ceil(bytes / CHUNK.length);
  for (let sent = 0; sent < chunks; sent++) await send(CHUNK);
  await send(Buffer.from("0]}\n"));
  call.end();
  const { receivedBytes, values } = await received;
  const expected = chunks * (CHUNK_ITEMS / 10);
  const saved = expected * (EMAIL.length - MASKED.length);
  if (values !== expected || receivedBytes !== sentBytes - saved)
    throw new Error(
      `${values} of ${expected} values came back masked, in ${receivedBytes} bytes of ${sentBytes - saved}`,
    );
  return { sentBytes, receivedBytes, values };
}

/** Counts what came back. A value may be cut by two chunks: a few bytes of one are looked at again with the next. */
async function receive(answered: Promise<[IncomingMessage]>): Promise<Omit<Posted, "sentBytes">> {
  const [response] = await answered;
  if (response.statusCode !== 200) throw new Error(`the server answered ${response.statusCode}`);
  let receivedBytes = 0;
  let values = 0;
  let rest = Buffer.alloc(0);
  for await (const chunk of response as AsyncIterable<Buffer>) {
    receivedBytes += chunk.length;
    const text = Buffer.concat([rest, chunk]);
    if (text.includes(EMAIL)) throw new Error("raw data came back");
    let from = 0;
    for (let at = text.indexOf(MASKED); at >= 0; at = text.indexOf(MASKED, from)) {
      values++;
      from = at + MASKED.length;
    }
    rest = Buffer.from(text.subarray(Math.max(from, text.length - EMAIL.length)));
  }
  return { receivedBytes, values };
}
