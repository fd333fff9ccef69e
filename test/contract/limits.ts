/** The limits that the contract configures, small enough to reach quickly. */
export const EVENT_LIMIT_BYTES = 4_096;
export const MESSAGE_LIMIT_BYTES = 16_384;
export const LINE_LIMIT_BYTES = 65_536;
