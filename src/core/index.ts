/** The library: `import { compilePolicy, createMasker, maskWhole } from "maskwire"`. */
export { ConfigurationError, ERRORS, StreamError, toStreamError } from "./errors.ts";
export type { ConfigurationCode, ErrorCode, ErrorRow } from "./errors.ts";
export type { Finding } from "./finding.ts";
export type { Span } from "./span.ts";
export type { Candidate, Detector } from "./detector.ts";
export { SCORES } from "./detector.ts";
export type { MaskObserver } from "./observer.ts";
export { BOUNDARIES, VALIDATOR_NAMES } from "./custom-detector.ts";
export type { DetectorSpec, ValidatorName } from "./custom-detector.ts";
export { entitiesOf, PACK_NAMES } from "./packs/index.ts";
export type { PackName } from "./packs/index.ts";
export { compilePolicy, DEFAULT_LIMITS, FORMATS, NUMBERS, ON_INVALID } from "./policy.ts";
export type {
  FieldSpec,
  Format,
  Hmac,
  Limits,
  Numbers,
  OnInvalid,
  OperatorSpec,
  Policy,
  PolicyOptions,
  PolicySpec,
} from "./policy.ts";
export { DECODE_DEPTH_LIMIT } from "./readings/index.ts";
export { createMasker, findAll, maskEvent, maskWhole } from "./masker.ts";
export type { FormatChoice, StreamMasker } from "./masker.ts";
export type { Delimiter, FormatOptions } from "./formats/format-options.ts";
export { readMediaType, writeMediaType } from "./formats/media-type.ts";
export type { MediaType } from "./formats/media-type.ts";
