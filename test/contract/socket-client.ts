/** A WebSocket client of the contract: the real `ws`, with what arrived in order. */
import { WebSocket } from "ws";

export interface Message {
  readonly type: string;
  readonly [key: string]: unknown;
}

export class SocketClient {
  readonly socket: WebSocket;
  readonly #messages: Message[] = [];
  readonly #texts: string[] = [];
  readonly #closed: Promise<number>;
  #hasClosed = false;
  #wake: (() => void) | undefined;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data: Buffer) => {
      this.#texts.push(data.toString());
      // One line, unless the sub-protocol is maskwire.v1.lines: JSON of ours holds no raw line end.
      for (const line of data.toString().split("\n")) this.#messages.push(JSON.parse(line) as Message);
      this.#wake?.();
    });
    this.#closed = new Promise((resolve) => {
      socket.on("close", (code: number) => {
        this.#hasClosed = true;
        resolve(code);
        this.#wake?.();
      });
    });
  }

  /** Connects and waits for the upgrade; `origin` starts with http. Throws on a refusal, with its status. */
  static async open(url: string, protocols: readonly string[] = ["maskwire.v1"]): Promise<SocketClient> {
    const socket = new WebSocket(url.replace(/^http/, "ws"), [...protocols], { perMessageDeflate: false });
    const client = new SocketClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("open", () => resolve());
      socket.once("error", reject);
    });
    return client;
  }

  send(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The first `count` messages of this type, when they are there. */
  async messages(type: string, count: number): Promise<Message[]> {
    for (;;) {
      const found = this.#messages.filter((message) => message.type === type);
      if (found.length >= count) return found.slice(0, count);
      if (this.#hasClosed) throw new Error(`closed with ${await this.#closed} before ${count} of ${type}`);
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
  }

  /** Each message on the wire, whole. */
  get texts(): readonly string[] {
    return this.#texts;
  }

  /** Everything received so far, for a search of raw values. */
  get text(): string {
    return this.#texts.join("\n");
  }

  /** The close code, when the server has closed. */
  async closeCode(): Promise<number> {
    return await this.#closed;
  }

  vanish(): void {
    this.socket.terminate();
  }
}
