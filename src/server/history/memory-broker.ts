/**
 * The broker that holds nothing: events live in the histories of this process and end with it.
 *
 * Owns the count and the keys of each feed. Never waits.
 */
import type { Broker, BrokerFeed, NewEvent, Placement, Take } from "./broker.ts";
import { KeyWindow, type KeyWindowLimits } from "./key-window.ts";
import type { Clock } from "../host/clock.ts";
import type { Random } from "../host/random.ts";
import { drawEpoch } from "./position.ts";

export interface MemoryBrokerOptions {
  readonly limits: KeyWindowLimits;
  readonly ports: { readonly clock: Clock; readonly random: Random };
}

export class MemoryBroker implements Broker {
  readonly #options: MemoryBrokerOptions;

  constructor(options: MemoryBrokerOptions) {
    this.#options = options;
  }

  watch(): void {}

  open(): MemoryFeed {
    return new MemoryFeed(this.#options);
  }

  async close(): Promise<void> {}
}

class MemoryFeed implements BrokerFeed {
  readonly epoch: string;
  readonly start = 0;
  readonly #options: MemoryBrokerOptions;
  readonly #keys: KeyWindow<number>;
  #take: Take = () => {};
  #last = 0;

  constructor(options: MemoryBrokerOptions) {
    this.#options = options;
    this.epoch = drawEpoch(options.ports.random);
    this.#keys = new KeyWindow(options.limits);
  }

  follow(take: Take): void {
    this.#take = take;
  }

  append({ event, isGap, parts, trace }: NewEvent, key?: string): Placement {
    const atMs = this.#options.ports.clock.now();
    const first = key === undefined ? undefined : this.#keys.find(key, atMs);
    if (first !== undefined) return { sequence: first, isRepeat: true };
    const sequence = ++this.#last;
    if (key !== undefined) this.#keys.add(key, sequence, atMs);
    this.#take([{ sequence, atMs, event, isGap, parts, trace }]);
    return { sequence, isRepeat: false };
  }

  caughtUp(): void {}

  close(): void {
    this.#take = () => {};
  }
}
