/** A pattern that cannot be used. `message` quotes the pattern's rule, never data: patterns come from the configuration. */
export class PatternError extends Error {
  /** Characters (code points) before the place; undefined when the pattern as a whole is refused. */
  readonly position: number | undefined;

  constructor(message: string, position?: number) {
    super(position === undefined ? message : `${message} (at character ${position + 1})`);
    this.name = "PatternError";
    this.position = position;
  }
}
