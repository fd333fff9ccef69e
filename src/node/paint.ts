/**
 * Colours of what people read on standard output.
 *
 * Owns when there are any: on a terminal, unless `NO_COLOR` says otherwise (no-color.org: set, and not empty).
 */
import { styleText } from "node:util";
import type { Io } from "./io.ts";

export type Colour = "red" | "green" | "dim";

/** The text in that colour, or as it came. */
export type Paint = (colour: Colour, text: string) => string;

export const plain: Paint = (_colour, text) => text;

export const coloured: Paint = (colour, text) =>
  text === "" ? "" : styleText(colour, text, { validateStream: false });

export function paintFor({ isStdoutTerminal, environment }: Pick<Io, "isStdoutTerminal" | "environment">): Paint {
  return isStdoutTerminal && (environment["NO_COLOR"] ?? "") === "" ? coloured : plain;
}
