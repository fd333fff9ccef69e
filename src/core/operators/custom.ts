/**
 * Operators of the library's caller: a function from the value to what takes its place.
 *
 * Owns that nothing but such a text takes it: whatever else the function returns, the value is redacted; when it throws,
 * the record is refused as after any other fault, and its error is dropped, because it may quote the value.
 */
import { onText, type Transform } from "./operator.ts";

/** What a custom operator is told beside the value. */
export interface CustomValue {
  /** As a person reads it: escapes, disguises and invisible characters undone. */
  readonly text: string;
  readonly entity: string;
}

/**
 * Gives what takes the place of a value, undefined to redact it. Pure: the same value must give the same, or cuts and views
 * would matter. What it returns is written as it is; it is not looked at again.
 */
export type CustomOperator = (value: CustomValue) => string | undefined;

export type CustomOperators = Readonly<Record<string, CustomOperator>>;

export function customTransform(operator: CustomOperator, entity: string): Transform {
  return onText((text) => {
    const written: unknown = operator({ text, entity });
    return typeof written === "string" ? written : undefined;
  });
}
