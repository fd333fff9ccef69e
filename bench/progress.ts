/** The bar on the error stream. Owns one line; on anything but a terminal it prints one line for each bench. */
const WIDTH = 24;
const CLEAR_LINE = "\r\u001b[K";

export class Progress {
  private readonly stream: NodeJS.WriteStream;
  private readonly benches: number;
  private done = 0;
  private name = "";

  constructor(stream: NodeJS.WriteStream, benches: number) {
    this.stream = stream;
    this.benches = benches;
  }

  begin(name: string): void {
    this.name = name;
    if (this.stream.isTTY) this.show(0);
    else this.stream.write(`${this.done + 1}/${this.benches} ${name}\n`);
  }

  show(share: number): void {
    if (!this.stream.isTTY) return;
    const filled = Math.round(((this.done + share) / this.benches) * WIDTH);
    const bar = "█".repeat(filled) + "░".repeat(WIDTH - filled);
    this.stream.write(`${CLEAR_LINE}${bar} ${this.done + 1}/${this.benches} ${this.name}`);
  }

  end(): void {
    this.done++;
    if (this.stream.isTTY && this.done === this.benches) this.stream.write(CLEAR_LINE);
  }
}
