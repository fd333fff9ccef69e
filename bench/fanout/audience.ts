/**
 * The subscribers of one run, in a thread of their own: reading is as much work as writing, and must not delay whoever
 * publishes.
 *
 * Owns the clients and their account; takes orders as messages and answers each one.
 */
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { FanoutClient, type Wire } from "../../test/fanout/client.ts";
import { quantile } from "../statistics.ts";

export interface AudienceOptions {
  readonly wire: Wire;
  readonly port: number;
  readonly path: string;
  readonly subscribers: number;
  readonly producers: number;
  readonly secret: string;
  /** Of the times that events carry: milliseconds since 1970 of their zero. */
  readonly zeroMs: number;
}

export interface Account {
  readonly received: number;
  readonly lost: number;
  readonly duplicates: number;
  readonly leaks: number;
  readonly closes: number;
  readonly p99Ms: number;
}

/** `forget`: latencies begin anew. */
type Order = { readonly open: AudienceOptions } | { readonly say: "count" | "forget" | "leave" };

const OPEN_AT_ONCE = 50;

/** The end in the thread of whoever publishes. */
export class Audience {
  readonly #worker = new Worker(new URL(import.meta.url));

  async open(options: AudienceOptions): Promise<void> {
    await this.#order({ open: options });
  }

  count(): Promise<Account> {
    return this.#order({ say: "count" });
  }

  forget(): Promise<Account> {
    return this.#order({ say: "forget" });
  }

  async leave(): Promise<void> {
    await this.#order({ say: "leave" });
    await this.#worker.terminate();
  }

  #order(order: Order): Promise<Account> {
    return new Promise((resolve, reject) => {
      this.#worker.once("error", reject);
      this.#worker.once("message", (account: Account) => {
        this.#worker.off("error", reject);
        resolve(account);
      });
      this.#worker.postMessage(order, []);
    });
  }
}

class Clients {
  #clients: FanoutClient[] = [];
  #delays: number[] = [];

  async open({ wire, port, path, subscribers, producers, secret, zeroMs }: AudienceOptions): Promise<void> {
    const onEvent = (sentMs: number): void => void this.#delays.push(Date.now() - zeroMs - sentMs);
    while (this.#clients.length < subscribers) {
      const some = Array.from({ length: Math.min(OPEN_AT_ONCE, subscribers - this.#clients.length) }, () => {
        return new FanoutClient({ wire, port, path, from: "127.0.0.1", secret, producers, onEvent });
      });
      await Promise.all(some.map((client) => client.open()));
      this.#clients.push(...some);
    }
  }

  forget(): void {
    this.#delays = [];
  }

  leave(): void {
    for (const client of this.#clients) client.leave();
  }

  count(): Account {
    const sum = (of: (client: FanoutClient) => number): number =>
      this.#clients.reduce((total, client) => total + of(client), 0);
    return {
      received: sum(({ received }) => received),
      lost: sum(({ lost }) => lost),
      duplicates: sum(({ duplicates }) => duplicates),
      leaks: sum(({ leaks }) => leaks),
      closes: sum(({ closes }) => closes),
      p99Ms: this.#delays.length === 0 ? 0 : quantile(this.#delays, 0.99),
    };
  }
}

/** The end in the clients' own thread. */
function obey(): void {
  const clients = new Clients();
  const follow = async (order: Order): Promise<void> => {
    if ("open" in order) await clients.open(order.open);
    else if (order.say === "forget") clients.forget();
    else if (order.say === "leave") clients.leave();
    parentPort?.postMessage(clients.count(), []);
  };
  // What fails ends the thread, and whoever gave the order hears of it.
  parentPort?.on("message", (order: Order) => void follow(order));
}

if (!isMainThread) obey();
