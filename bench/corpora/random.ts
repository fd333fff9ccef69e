/**
 * A seeded source of choices: same seed, same corpus.
 *
 * Owns its state (mulberry32). Never reads a clock or the platform's randomness.
 */
const DIGITS = "0123456789";
const HEX = "0123456789abcdef";
const OPAQUE = "BCDFGHJKLMNPQRTVWXZbdfghjklmnpqrtvwxz0123456789-_";
const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** From 0 to below 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number, both ends included. */
  int(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  pick<T>(items: readonly T[]): T {
    return items[this.int(0, items.length - 1)];
  }

  text(length: number, alphabet: string): string {
    let out = "";
    for (let i = 0; i < length; i++) out += alphabet[this.int(0, alphabet.length - 1)];
    return out;
  }

  /** The first digit is never 0. */
  digits(length: number): string {
    return String(this.int(1, 9)) + this.text(length - 1, DIGITS);
  }

  /** Begins with a letter, so that no id is a number by chance, and with one that no country's accounts begin with. */
  hex(length: number): string {
    return this.text(1, "cf") + this.text(length - 1, HEX);
  }

  /** Without the letters of "sms", "tel" or "card": chance must not make a word of context. */
  opaque(length: number): string {
    return this.text(length, OPAQUE);
  }

  base64url(length: number): string {
    return this.text(length, BASE64URL);
  }
}
