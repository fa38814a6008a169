import type { WireReader } from "./wire-reader.ts";
import type { WireWriter } from "./wire-writer.ts";

/** One request of the protocol in one version, with its answer. */
export interface Api<Request, Answer> {
  readonly name: string;
  readonly key: number;
  readonly version: number;
  /** Flexible versions carry tagged fields in header and body. */
  readonly flexible: boolean;
  write(writer: WireWriter, request: Request): void;
  read(reader: WireReader): Answer;
}
