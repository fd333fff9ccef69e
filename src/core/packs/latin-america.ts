/** Packs of Brazil, Argentina and Chile. */
import type { Scheme } from "../detectors/identity-number.ts";
import { all, form, sum, TO_11_OR_0, varied } from "../validators/checks.ts";

/** Digits as they are, letters by their place in ASCII after the zero: A 17. */
const fromZero = (character: string): number => character.charCodeAt(0) - 0x30;

export const BR: readonly Scheme[] = [
  {
    entity: "BR_CNPJ",
    source: "Receita Federal, Instrução Normativa 2.229/2024: with letters from 2026 on, two mod 11 digits",
    pattern: "[0-9A-Za-z]{2}\\.[0-9A-Za-z]{3}\\.[0-9A-Za-z]{3}/[0-9A-Za-z]{4}-\\d{2}",
    // Blanks between digits only: words of every text would wait for each other.
    bare:
      "\\d{2}[ .]?\\d{3}[ .]?\\d{3}[ /]?\\d{4}[ -]?\\d{2}|" +
      "[0-9A-Za-z]{2}\\.?[0-9A-Za-z]{3}\\.?[0-9A-Za-z]{3}/?[0-9A-Za-z]{4}-?\\d{2}",
    words: ["cnpj"],
    isValid: all(
      form("[0-9A-Z]{12}\\d{2}"),
      varied,
      sum({ weights: [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2], table: TO_11_OR_0, at: 12, worth: fromZero }),
      sum({ weights: [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2], table: TO_11_OR_0, worth: fromZero }),
    ),
    hits: [
      "16.727.230/0001-97",
      "12.ABC.345/01DE-35",
      "CNPJ 16727230000197",
      "CNPJ: 12ABC345/01DE-35",
      "CNPJ 12abc34501de35",
    ],
    misses: ["16.727.230/0001-98", "16727230000197", "16.727.230-0001-97", "00.000.000/0000-00"],
  },
];

export const AR: readonly Scheme[] = [
  {
    entity: "AR_CUIT",
    source: "AFIP, Resolución General 10/97: CUIT and CUIL, mod 11",
    pattern: String.raw`(?:2[03-7]|3[034]|5[015])-\d{8}-\d`,
    bare: String.raw`(?:2[03-7]|3[034]|5[015])[ ./-]?\d{2}\.?\d{3}\.?\d{3}[ ./-]?\d`,
    words: ["cuit", "cuil"],
    isValid: all(
      form(String.raw`\d{11}`),
      varied,
      sum({ weights: [5, 4, 3, 2, 7, 6, 5, 4, 3, 2], table: "09987654321" }),
    ),
    hits: ["20-05536168-2", "CUIT 20267565393", "30-50001091-2", "CUIT 20/26.756.539/3"],
    misses: ["20-26756539-4", "20267565393", "21-26756539-3", "20-2675653-3"],
  },
];

export const CL: readonly Scheme[] = [
  {
    entity: "CL_RUT",
    source: "Servicio de Registro Civil, RUN and RUT: mod 11, K for ten",
    pattern: "\\d{1,2}\\.\\d{3}\\.\\d{3}-[0-9Kk]",
    bare: "\\d{1,2}\\.?\\d{3}\\.?\\d{3}[ -]?[0-9Kk]",
    words: ["rut", "run", "rol único tributario", "rol unico tributario"],
    isValid: (text) =>
      all(
        form("\\d{7,8}[0-9K]"),
        varied,
        sum({ weights: [3, 2, 7, 6, 5, 4, 3, 2], table: "0K987654321" }),
      )(text.padStart(9, "0")),
    hits: ["12.531.909-2", "RUT 12531909-2", "76.086.428-5", "RUT: 12.531.909 2"],
    misses: ["12.531.909-3", "12531909-2", "12.531.9092", "RUT 76086428-4"],
  },
];
