/**
 * A scanner that knows nothing: every place may hold a finding of every rule.
 *
 * Owns the place in one stream and how far it is certain, which follows from the longest match alone.
 */
import type { Engine } from "./engine.ts";
import type { Region, TextScanner } from "./scanner.ts";

export class BlindScanner implements TextScanner {
  readonly regions: Region[] = [];
  position = 0;
  safeTo = 0;
  private readonly engine: Engine;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  scan(bytes: Uint8Array): void {
    const end = this.position + bytes.length;
    const last = this.regions.at(-1);
    if (last === undefined) this.regions.push({ start: this.position, end, rules: this.engine.rules });
    else last.end = end;
    this.position = end;
    // The byte behind a match belongs to the question.
    this.safeTo = Math.max(this.safeTo, end - this.engine.longestMatchBytes - 1);
  }

  end(): void {
    this.safeTo = this.position;
  }
}
