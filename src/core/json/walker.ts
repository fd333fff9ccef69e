/**
 * Walks JSON bytes in place and shows every key, string and number with its offsets.
 *
 * Owns the grammar of structure: brackets, commas, colons, literals. Inside strings it is lenient, because a
 * stray control character there must not switch masking to anything coarser. Never builds a value.
 */
export interface JsonVisitor {
  /** Content of a string without its quotes; `flags` holds IS_KEY and HAS_ESCAPE. */
  string(start: number, end: number, flags: number): void;
  number(start: number, end: number): void;
  /** `true`, `false` or `null`. */
  literal(start: number, end: number): void;
  /** An object or array begins or ends; `at` is its bracket. */
  open(isObject: boolean, at: number): void;
  close(at: number): void;
}

/** The string is a field name. */
export const IS_KEY = 1;
/** The string holds a backslash. */
export const HAS_ESCAPE = 2;

export type JsonFault = "BAD_JSON" | "JSON_TOO_DEEP" | "LINE_TOO_LONG";

export interface WalkerLimits {
  readonly depth: number;
  /** Longest string. */
  readonly tokenBytes: number;
}

type Expectation = "value" | "valueOrEnd" | "key" | "keyOrEnd" | "colon" | "commaOrEnd" | "nothing";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;
export class JsonWalker {
  /** Set once: from the last consumed byte on, the input is not JSON. */
  fault: JsonFault | undefined;

  private readonly visitor: JsonVisitor;
  private readonly limits: WalkerLimits;
  private readonly stack: boolean[] = [];
  private expectation: Expectation = "value";
  /** How much of a string that is not complete has been searched, from its opening quote. */
  private searched = 1;
  private sawEscape = false;

  constructor(visitor: JsonVisitor, limits: WalkerLimits) {
    this.visitor = visitor;
    this.limits = limits;
  }

  /** True after one whole value. */
  get isComplete(): boolean {
    return this.expectation === "nothing";
  }

  /**
   * Reads whole tokens from the start of `bytes`; returns how many bytes they took. The caller gives the rest
   * again, with more behind it, or `from` where it begins. A number waits for the byte that ends it: `4111 1111` must not
   * pass as two.
   */
  walk(bytes: Uint8Array, isLast: boolean, from = 0): number {
    let at = from;
    while (at < bytes.length && this.fault === undefined) {
      const byte = bytes[at];
      const next = isJsonSpace(byte) ? at + 1 : this.token(bytes, at, isLast);
      if (next < 0) break;
      at = next;
    }
    if (isLast && this.fault === undefined && (at < bytes.length || !this.isComplete)) this.fault = "BAD_JSON";
    return at;
  }

  /** Reads one token; its end, or -1 when it is not complete or not JSON. */
  private token(bytes: Uint8Array, at: number, isLast: boolean): number {
    switch (bytes[at]) {
      case QUOTE:
        return this.string(bytes, at);
      case OPEN_BRACE:
        return this.open(true, at) ? at + 1 : -1;
      case OPEN_BRACKET:
        return this.open(false, at) ? at + 1 : -1;
      case CLOSE_BRACE:
        return this.close(true, at) ? at + 1 : -1;
      case CLOSE_BRACKET:
        return this.close(false, at) ? at + 1 : -1;
      case COLON:
        return this.move("colon", "value") ? at + 1 : -1;
      case COMMA:
        return this.move("commaOrEnd", this.stack.at(-1) === true ? "key" : "value") ? at + 1 : -1;
      default:
        return this.scalar(bytes, at, isLast);
    }
  }

  private refuse(fault: JsonFault): -1 {
    this.fault = fault;
    return -1;
  }

  private move(from: Expectation, to: Expectation): boolean {
    if (this.expectation === from) this.expectation = to;
    else this.refuse("BAD_JSON");
    return this.fault === undefined;
  }

  private get wantsValue(): boolean {
    return this.expectation === "value" || this.expectation === "valueOrEnd";
  }

  private get wantsKey(): boolean {
    return this.expectation === "key" || this.expectation === "keyOrEnd";
  }

  private open(isObject: boolean, at: number): boolean {
    if (!this.wantsValue) this.refuse("BAD_JSON");
    else if (this.stack.length >= this.limits.depth) this.refuse("JSON_TOO_DEEP");
    else {
      this.stack.push(isObject);
      this.expectation = isObject ? "keyOrEnd" : "valueOrEnd";
      this.visitor.open(isObject, at);
    }
    return this.fault === undefined;
  }

  private close(isObject: boolean, at: number): boolean {
    const isAllowed = this.expectation === "commaOrEnd" || this.expectation === (isObject ? "keyOrEnd" : "valueOrEnd");
    if (!isAllowed || this.stack.at(-1) !== isObject) this.refuse("BAD_JSON");
    else {
      this.stack.pop();
      this.visitor.close(at);
      this.afterValue();
    }
    return this.fault === undefined;
  }

  private afterValue(): void {
    this.expectation = this.stack.length === 0 ? "nothing" : "commaOrEnd";
  }

  private string(bytes: Uint8Array, at: number): number {
    const isKey = this.wantsKey;
    if (!isKey && !this.wantsValue) return this.refuse("BAD_JSON");
    const end = this.findQuote(bytes, at);
    if (end < 0) return bytes.length - at > this.limits.tokenBytes ? this.refuse("LINE_TOO_LONG") : -1;
    if (end - at > this.limits.tokenBytes) return this.refuse("LINE_TOO_LONG");
    const flags = (isKey ? IS_KEY : 0) | (this.sawEscape ? HAS_ESCAPE : 0);
    this.searched = 1;
    this.sawEscape = false;
    this.visitor.string(at + 1, end, flags);
    if (isKey) this.expectation = "colon";
    else this.afterValue();
    return end + 1;
  }

  /** Offset of the closing quote; remembers how far it looked when there is none yet. */
  private findQuote(bytes: Uint8Array, start: number): number {
    let at = start + this.searched;
    for (; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) return at;
      if (byte !== BACKSLASH) continue;
      this.sawEscape = true;
      // The escaped byte has to be at hand: it may be a quote.
      if (at + 1 >= bytes.length) break;
      at++;
    }
    this.searched = Math.min(at, bytes.length) - start;
    return -1;
  }

  private scalar(bytes: Uint8Array, at: number, isLast: boolean): number {
    if (!this.wantsValue) return this.refuse("BAD_JSON");
    let end = at;
    while (end < bytes.length && isScalarByte(bytes[end])) end++;
    let next = end;
    while (next < bytes.length && isJsonSpace(bytes[next])) next++;
    if (end === at) return this.refuse("BAD_JSON");
    if (next - at > SCALAR_HOLD_BYTES) return this.refuse("LINE_TOO_LONG");
    if (next === bytes.length && !isLast) return -1;
    if (next < bytes.length && !this.endsScalar(bytes[next])) return this.refuse("BAD_JSON");
    if (isNumber(bytes, at, end)) this.visitor.number(at, end);
    else if (isLiteral(bytes, at, end)) this.visitor.literal(at, end);
    else return this.refuse("BAD_JSON");
    this.afterValue();
    return next;
  }

  private endsScalar(byte: number): boolean {
    return (
      this.stack.length > 0 && (byte === COMMA || byte === (this.stack.at(-1) === true ? CLOSE_BRACE : CLOSE_BRACKET))
    );
  }
}

/** Most bytes of a scalar and the white space behind it that wait for the byte that ends them. */
const SCALAR_HOLD_BYTES = 4096;

/** White space between tokens, RFC 8259, section 2. */
export function isJsonSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isScalarByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e ||
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x41 && byte <= 0x5a)
  );
}

const LITERALS = ["true", "false", "null"].map((word) => Uint8Array.from(word, (letter) => letter.charCodeAt(0)));

function isLiteral(bytes: Uint8Array, start: number, end: number): boolean {
  for (const word of LITERALS) if (end - start === word.length && holdsAt(bytes, start, word)) return true;
  return false;
}

function holdsAt(bytes: Uint8Array, start: number, word: Uint8Array): boolean {
  for (let i = 0; i < word.length; i++) if (bytes[start + i] !== word[i]) return false;
  return true;
}

/** RFC 8259, section 6, on bytes: minus, whole part without leading zeros, fraction, exponent. */
function isNumber(bytes: Uint8Array, start: number, end: number): boolean {
  let at = bytes[start] === 0x2d ? start + 1 : start;
  const whole = skipDigits(bytes, at, end);
  if (whole === at || (bytes[at] === 0x30 && whole > at + 1)) return false;
  at = whole;
  if (at < end && bytes[at] === 0x2e) {
    const fraction = skipDigits(bytes, at + 1, end);
    if (fraction === at + 1) return false;
    at = fraction;
  }
  if (at < end && (bytes[at] | 0x20) === 0x65) {
    const digits = bytes[at + 1] === 0x2b || bytes[at + 1] === 0x2d ? at + 2 : at + 1;
    const exponent = skipDigits(bytes, digits, end);
    if (exponent === digits) return false;
    at = exponent;
  }
  return at === end;
}

function skipDigits(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] >= 0x30 && bytes[at] <= 0x39) at++;
  return at;
}
