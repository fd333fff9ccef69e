/**
 * One subscriber that never gives up: it comes back with its last id, here or there, and keeps what it was given.
 *
 * Owns its account: sequences in order of arrival, and whatever may not happen.
 */
import { get, type ClientRequest } from "node:http";

export interface SubscriberOptions {
  /** Where to connect now; asked at each attempt. */
  readonly origin: () => string;
  readonly path: string;
  /** Leaves by itself after so many events, to come back elsewhere; 0: never. */
  readonly leaveAfter: number;
}

const AGAIN_MS = 50;

export class CrashSubscriber {
  /** What each event said, in order of arrival. */
  readonly numbers: number[] = [];
  readonly faults: string[] = [];
  connections = 0;
  readonly #options: SubscriberOptions;
  #lastId: string | undefined;
  #lastSequence = 0;
  #epoch = "";
  #request: ClientRequest | undefined;
  #isStopped = false;
  #sinceConnect = 0;

  constructor(options: SubscriberOptions) {
    this.#options = options;
    this.#connect();
  }

  get lastSequence(): number {
    return this.#lastSequence;
  }

  stop(): void {
    this.#isStopped = true;
    this.#request?.destroy();
  }

  /** It was given as many as it stays for. */
  get #isFullHere(): boolean {
    return this.#options.leaveAfter > 0 && this.#sinceConnect >= this.#options.leaveAfter;
  }

  #connect(): void {
    if (this.#isStopped) return;
    const { origin, path } = this.#options;
    const headers = this.#lastId === undefined ? {} : { "last-event-id": this.#lastId };
    let buffered = "";
    this.#sinceConnect = 0;
    let isOver = false;
    const again = (): void => {
      if (isOver) return;
      isOver = true;
      setTimeout(() => this.#connect(), AGAIN_MS * (1 + Math.random()));
    };
    const request = get(`${origin()}${path}?from=oldest`, { headers, agent: false }, (response) => {
      if (response.statusCode === 200) {
        this.connections++;
        const resume = String(response.headers["maskwire-resume"]);
        if (resume !== "complete" && this.#lastId !== undefined) this.faults.push(`resumed as ${resume}`);
      }
      response.setEncoding("utf8");
      response.on("data", (text: string) => {
        // What is still in the buffers of one that left was not received by anybody.
        if (response.statusCode !== 200 || this.#isFullHere) return;
        buffered += text;
        const end = buffered.lastIndexOf("\n\n");
        if (end === -1) return;
        for (const block of buffered.slice(0, end).split("\n\n")) {
          this.#read(block);
          if (this.#isFullHere) return void request.destroy();
        }
        buffered = buffered.slice(end + 2);
      });
      response.on("error", again).on("close", again);
    });
    request.on("error", again);
    this.#request = request;
  }

  #read(block: string): void {
    let id: string | undefined;
    let data: string | undefined;
    for (const line of block.split("\n")) {
      if (line.startsWith("id: ")) id = line.slice(4);
      else if (line.startsWith("data: ")) data = line.slice(6);
      else if (line.startsWith("event: maskwire.gap")) this.faults.push(`gap after ${this.#lastSequence}`);
      else if (line.startsWith("event: maskwire.end")) return;
    }
    if (id !== undefined) this.#lastId = id;
    if (id === undefined || data === undefined) return;
    const [epoch, text] = id.split(".");
    const sequence = Number(text);
    if (this.#epoch !== "" && epoch !== this.#epoch) this.faults.push("another epoch");
    if (sequence !== this.#lastSequence + 1) this.faults.push(`${sequence} after ${this.#lastSequence}`);
    if (!data.includes("[EMAIL]")) this.faults.push("not masked");
    this.#epoch = epoch;
    this.#lastSequence = sequence;
    this.numbers.push(Number(/"n":(\d+)/.exec(data)?.[1]));
    this.#sinceConnect++;
  }
}
