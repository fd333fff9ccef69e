/**
 * The WebSockets of an object: they stay open while it rests, and each carries what its conversation needs to go on.
 *
 * Owns which socket belongs to which conversation. The platform keeps the socket and at most 16,384 bytes with it.
 */
import { ERRORS } from "../src/core/index.ts";
import { ORDERLY_CLOSES, type Ending } from "../src/server/subscribers/ending.ts";
import type { SocketHandler } from "../src/server/host/socket.ts";
import type { SocketMemo } from "../src/server/host/socket-memo.ts";
import { EdgeSocket } from "./socket.ts";

/** A conversation that can be ended by the object. */
export interface Talk extends SocketHandler {
  readonly memo: SocketMemo;
  end(ending: Ending): void;
}

interface Attachment {
  readonly version: string;
  readonly memo: SocketMemo;
}

export interface RestingSocketsOptions {
  readonly state: DurableObjectState;
  readonly messageLimitBytes: number;
  /** Of code and configuration: a conversation does not go on under another. */
  readonly version: string;
  readonly onSend: () => void;
}

const CLIENT = "client";
const encoder = new TextEncoder();

export class RestingSockets {
  readonly #options: RestingSocketsOptions;
  readonly #talks = new Map<WebSocket, Talk>();
  readonly #sockets = new Map<WebSocket, EdgeSocket>();

  constructor(options: RestingSocketsOptions) {
    this.#options = options;
  }

  get isBusy(): boolean {
    for (const socket of this.#sockets.values()) if (socket.queuedBytes() > 0) return true;
    return false;
  }

  /** When the next connection is to end; undefined when there is none. */
  get endsAtMs(): number | undefined {
    let earliest: number | undefined;
    for (const { memo } of this.#talks.values()) {
      const endsAtMs = Math.min(memo.endsAtMs ?? Infinity, memo.expiresAtMs ?? Infinity);
      if (endsAtMs < (earliest ?? Infinity)) earliest = endsAtMs;
    }
    return earliest;
  }

  /** Answers an upgrade whose conversation may begin. */
  accept(talk: Talk): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.#options.state.acceptWebSocket(server, [CLIENT]);
    const socket = this.#adopt(server, talk);
    talk.open(socket);
    this.#attach(server, talk);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** After a rest: gives each socket its conversation back. One that cannot be had is ended. */
  async resume(converse: (memo: SocketMemo) => Promise<Talk>): Promise<void> {
    for (const webSocket of this.#options.state.getWebSockets(CLIENT)) {
      const attachment = webSocket.deserializeAttachment() as Attachment | null;
      try {
        if (attachment === null) throw new Error("no attachment");
        const talk = await converse(attachment.memo);
        talk.open(this.#adopt(webSocket, talk));
        if (attachment.version !== this.#options.version) talk.end("DRAINING");
      } catch {
        close(webSocket, ERRORS.DRAINING.close, "DRAINING");
      }
    }
  }

  /** A message as the platform gives it: a Blob, too, under some compatibility dates. */
  receive(webSocket: WebSocket, message: string | ArrayBuffer | Blob): void {
    const talk = this.#talks.get(webSocket);
    if (talk === undefined) return;
    const { mayResume } = talk.memo;
    const limit = this.#options.messageLimitBytes;
    if (typeof message === "string") {
      const bytes = encoder.encode(message);
      if (bytes.length > limit) close(webSocket, ERRORS.MESSAGE_TOO_LARGE.close, "MESSAGE_TOO_LARGE");
      else talk.message(bytes, false);
    } else if ((message instanceof ArrayBuffer ? message.byteLength : message.size) > limit) {
      close(webSocket, ERRORS.MESSAGE_TOO_LARGE.close, "MESSAGE_TOO_LARGE");
    } else if (message instanceof ArrayBuffer) {
      talk.message(new Uint8Array(message), true);
    } else {
      // Its bytes would come too late to keep the order.
      talk.end("BINARY_REFUSED");
    }
    if (talk.memo.mayResume !== mayResume) this.#attach(webSocket, talk);
  }

  /** The peer has left, or answers a close of ours. */
  closed(webSocket: WebSocket, code: number): void {
    // 1005 and 1006 say that there was no code; nobody may send them.
    close(webSocket, code === 1005 || code === 1006 ? 1000 : code, "");
    this.#sockets.delete(webSocket);
    const talk = this.#talks.get(webSocket);
    this.#talks.delete(webSocket);
    talk?.closed(ORDERLY_CLOSES.includes(code));
  }

  endAll(ending: Ending): void {
    for (const talk of this.#talks.values()) talk.end(ending);
  }

  #adopt(webSocket: WebSocket, talk: Talk): EdgeSocket {
    const socket = new EdgeSocket(webSocket, this.#options.onSend);
    this.#talks.set(webSocket, talk);
    this.#sockets.set(webSocket, socket);
    return socket;
  }

  #attach(webSocket: WebSocket, { memo }: Talk): void {
    webSocket.serializeAttachment({ version: this.#options.version, memo } satisfies Attachment);
  }
}

function close(webSocket: WebSocket, code: number, reason: string): void {
  try {
    webSocket.close(code, reason);
  } catch {
    // It is closed already.
  }
}
