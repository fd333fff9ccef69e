/** What `maskwire netpolicy` can print. */
import { Option } from "commander";

export const NETPOLICY_FORMATS = ["text", "json", "sarif", "mermaid", "svg"] as const;

/** `--format` of the output: elsewhere that option is the format of the input. */
class OutputFormatOption extends Option {
  override attributeName(): string {
    return "outputFormat";
  }
}

export function outputFormatOption(): Option {
  return new OutputFormatOption("-f, --format <format>", "of the output").choices(NETPOLICY_FORMATS).default("text");
}
