/** What every test file is run with. */
import { afterAll } from "vitest";
import { endOwned } from "./own.ts";

afterAll(endOwned);
