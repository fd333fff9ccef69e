/** What a stream says about itself beside its format, as its media type does in parameters. */
export interface FormatOptions {
  /** `multipart`: the boundary, which has to be given. */
  readonly boundary?: string;
}
