/** The page that `GET /` serves: one self-contained HTML document, no external requests. */
export const CONSOLE_PAGE = "<!doctype html><title>maskwire</title>";
