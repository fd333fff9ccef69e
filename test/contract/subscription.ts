/** Reads a feed as a client does: by SSE or NDJSON, event by event. */
import { createParser } from "eventsource-parser";
import { Call, type Headers } from "./client.ts";

export interface FeedEvent {
  readonly id: string;
  readonly event: string;
  /** The data as text. */
  readonly data: string;
}

export const TRANSPORTS = ["text/event-stream", "application/x-ndjson"] as const;
export type Transport = (typeof TRANSPORTS)[number];

interface Line {
  readonly id?: string;
  readonly event?: string;
  readonly data?: unknown;
  readonly control?: string;
}

export class Subscription {
  readonly call: Call;
  readonly #transport: Transport;

  constructor(url: string, transport: Transport = "text/event-stream", headers: Headers = {}) {
    this.#transport = transport;
    this.call = new Call(url, { headers: { ...headers, accept: transport } });
  }

  /** Resolves when the server has accepted; returns the `Maskwire-Resume` header. */
  async resume(): Promise<string> {
    const { statusCode, headers } = await this.call.response();
    if (statusCode !== 200) throw new Error(`status ${statusCode}`);
    return String(headers["maskwire-resume"]);
  }

  /** The first `count` events (control events included), when they are there. */
  async events(count: number): Promise<FeedEvent[]> {
    const text = await this.call.until((text) => this.#parse(text).length >= count);
    return this.#parse(text).slice(0, count);
  }

  /** Everything received so far, for a search of raw values. */
  async text(): Promise<string> {
    return await this.call.until(() => true);
  }

  #parse(text: string): FeedEvent[] {
    return this.#transport === "text/event-stream" ? parseEvents(text) : parseLines(text);
  }
}

function parseEvents(text: string): FeedEvent[] {
  const events: FeedEvent[] = [];
  const parser = createParser({
    onEvent: ({ id = "", event = "message", data }) => void events.push({ id, event, data }),
  });
  parser.feed(text);
  return events;
}

function parseLines(text: string): FeedEvent[] {
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  return whole
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const { id = "", event = "message", data, control } = JSON.parse(line) as Line;
      return { id, event: control === undefined ? event : `maskwire.${control}`, data: JSON.stringify(data) };
    });
}
