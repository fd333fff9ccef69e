/** What a stream says about itself beside its format, as its media type does in parameters. */

export const DELIMITERS = ["comma", "semicolon", "tab"] as const;
export type Delimiter = (typeof DELIMITERS)[number];

export const HEADERS = ["present", "absent"] as const;
export type Header = (typeof HEADERS)[number];

export interface FormatOptions {
  /** `csv`: what separates fields; left out, the first record tells. */
  readonly delimiter?: Delimiter;
  /** `csv`: whether the first record names the columns; left out, it does, for certain only if it looks like names. */
  readonly header?: Header;
  /** `multipart`: the boundary, which has to be given. */
  readonly boundary?: string;
}
