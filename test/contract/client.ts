/**
 * The client of the contract: node:http, because it uploads and downloads at the same time and tells when a
 * connection broke, which `fetch` hides.
 */
import { once } from "node:events";
import { request, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { StringDecoder } from "node:string_decoder";

export type Headers = Readonly<Record<string, string>>;

export interface Answer {
  /** 0 when the connection broke before there was an answer. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly bytes: Buffer;
  /** False when the connection broke before the answer's end. */
  readonly isWhole: boolean;
}

export interface Sending {
  readonly method?: string;
  readonly headers?: Headers;
  /** Written one after the other, with a turn of the loop in between. */
  readonly chunks?: readonly (string | Uint8Array)[];
}

/** Sends one request and reads the whole answer. */
export async function send(url: string, { method = "GET", headers = {}, chunks = [] }: Sending = {}): Promise<Answer> {
  const call = new Call(url, { method, headers });
  for (const chunk of chunks) {
    await call.write(chunk);
    await new Promise(setImmediate);
  }
  call.end();
  return await call.answer();
}

/** Posts one body of this content type, chunked: its length is not known before its end. */
export async function post(url: string, contentType: string, ...chunks: (string | Uint8Array)[]): Promise<Answer> {
  return await send(url, { method: "POST", headers: { "content-type": contentType }, chunks });
}

/** The code of an error answer, after checking its shape: code and constant text, and for a producer its receipt. */
export function errorCode({ headers, text }: Answer): string {
  const type = headers["content-type"] ?? "";
  const body = JSON.parse(text) as { error: { code: string; text: string } };
  const keys = Object.keys(body.error).join(",");
  if (!type.startsWith("application/json") || keys !== "code,text") throw new Error(`not our shape: ${text}`);
  return body.error.code;
}

/** One request under way: both directions open. */
export class Call {
  readonly #request: ClientRequest;
  readonly #response: Promise<IncomingMessage>;
  readonly #chunks: Buffer[] = [];
  readonly #decoder = new StringDecoder("utf8");
  #text = "";
  #hasEnded = false;
  #isWhole = false;
  #wake: (() => void) | undefined;

  constructor(url: string, { method = "GET", headers = {} }: Sending = {}) {
    this.#request = request(url, { method, headers, agent: false });
    this.#request.on("error", () => this.#end());
    if (method === "GET" || method === "HEAD") this.#request.end();
    this.#response = once(this.#request, "response").then(([response]) => this.#listen(response as IncomingMessage));
    this.#response.catch(() => this.#end());
  }

  async write(chunk: string | Uint8Array): Promise<void> {
    if (this.#request.destroyed) return;
    // A write into a connection that has just broken is never called back.
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#request.off("close", done);
        resolve();
      };
      this.#request.on("close", done);
      this.#request.write(chunk, done);
    });
  }

  end(): void {
    this.#request.end();
  }

  /** Leaves without a word, as a client that lost its network does. */
  vanish(): void {
    this.#request.destroy();
  }

  async response(): Promise<IncomingMessage> {
    return await this.#response;
  }

  /** Waits until the answer so far satisfies the question; returns it. Throws when the answer ends before. */
  async until(isEnough: (text: string) => boolean): Promise<string> {
    while (!isEnough(this.#text)) {
      if (this.#hasEnded) throw new Error(`the answer ended early: ${JSON.stringify(this.#text)}`);
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
    return this.#text;
  }

  async answer(): Promise<Answer> {
    const response = await this.#response.catch(() => undefined);
    while (!this.#hasEnded) {
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
    const { statusCode: status = 0, headers = {} } = response ?? {};
    return { status, headers, text: this.#text, bytes: Buffer.concat(this.#chunks), isWhole: this.#isWhole };
  }

  #listen(response: IncomingMessage): IncomingMessage {
    response.on("data", (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#text += this.#decoder.write(chunk);
      this.#wake?.();
    });
    response.on("end", () => {
      this.#isWhole = response.complete;
      this.#end();
    });
    response.on("error", () => this.#end());
    response.on("close", () => this.#end());
    return response;
  }

  #end(): void {
    this.#hasEnded = true;
    this.#wake?.();
  }
}
