import { describe, expect, it } from "vitest";
import { ERRORS, type ErrorRow } from "../../src/core/index.ts";

function renderErrors(errors: Readonly<Record<string, ErrorRow>>): string {
  const rows = Object.entries(errors).map(
    ([code, row]) => `| \`${code}\` | ${row.http} | ${row.close} | ${row.retry ? "yes" : "no"} | ${row.text} |`,
  );
  return [
    "# Errors",
    "",
    "Generated from `src/core/errors.ts` by `test/node/docs.test.ts`; change the table there, then run the test with `-u`.",
    "",
    'Over HTTP an error is `{"error":{"code","text"}}` with the status below; over WebSocket an `error` or `end` message',
    "and, where the connection ends, the close code. The text is constant: no error quotes what was sent. Close codes 4000",
    "to 4499 mean that the client should reconnect with its position, 4500 to 4999 that it should not.",
    "",
    "| code | HTTP | close | try again | text |",
    "|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

describe("the documentation", () => {
  it("lists every error of the table", async () => {
    await expect(renderErrors(ERRORS)).toMatchFileSnapshot("../../docs/errors.md");
  });
});
