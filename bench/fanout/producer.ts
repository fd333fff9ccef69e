/**
 * Whoever publishes in one run: events with personal data, at a steady pace or each as soon as the last is answered.
 *
 * Owns the numbers of the events and the connections that they go over.
 */
import { Agent, request } from "node:http";

export interface ProducerOptions {
  readonly port: number;
  readonly path: string;
  /** Connections; each numbers its events in steps of this. */
  readonly producers: number;
  readonly zeroMs: number;
}

export const SECRET = "ann.lee@example.com";
const TEXT =
  `Contact Ann Lee at ${SECRET} or +1 415 555 0132, card 4111 1111 1111 1111, ip 203.0.113.77. The parcel waits
at the depot by the river and goes out with the first van of the morning, rain or shine.`.replace("\n", " ");
const HEADERS = { "content-type": "application/json" };

export class Producer {
  readonly #options: ProducerOptions;
  readonly #agent: Agent;
  readonly #rounds: number[];

  constructor(options: ProducerOptions) {
    this.#options = options;
    this.#agent = new Agent({ keepAlive: true, maxSockets: options.producers });
    this.#rounds = Array.from({ length: options.producers }, () => 0);
  }

  /** Publishes `count` events, one each `1 / perSecond` seconds by the clock, whenever answers come. */
  async pace(count: number, perSecond: number): Promise<void> {
    const startMs = performance.now();
    const answers: Promise<void>[] = [];
    for (let at = 0; at < count; at++) {
      const waitMs = startMs + (at * 1_000) / perSecond - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      // By one of them, so that the order is theirs and not that of the connections.
      await answers.at(-1);
      answers.push(this.#publish(0));
    }
    await Promise.all(answers);
  }

  /** Publishes `count` events, each of the connections the next one when its last is answered. */
  async rush(count: number): Promise<void> {
    const { producers } = this.#options;
    const share = Math.ceil(count / producers);
    const run = async (producer: number): Promise<void> => {
      for (let at = 0; at < share; at++) await this.#publish(producer);
    };
    await Promise.all(Array.from({ length: producers }, (_, producer) => run(producer)));
  }

  stop(): void {
    this.#agent.destroy();
  }

  #publish(producer: number): Promise<void> {
    const { port, path, producers, zeroMs } = this.#options;
    const number = this.#rounds[producer]++ * producers + producer;
    const body = `{"n":${number},"at":"t${Date.now() - zeroMs}","text":"${TEXT}"}`;
    const headers = { ...HEADERS, "content-length": Buffer.byteLength(body) };
    return new Promise((resolve, reject) => {
      const sending = request({ host: "127.0.0.1", port, path, method: "POST", agent: this.#agent, headers });
      sending.on("error", reject).on("response", (response) => {
        const { statusCode = 0 } = response;
        response.resume().on("end", () => {
          if (statusCode < 300) resolve();
          else reject(new Error(`a publication was answered ${statusCode}`));
        });
      });
      sending.end(body);
    });
  }
}
