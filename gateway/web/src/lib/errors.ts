import { BinaryReader } from "@bufbuild/protobuf/wire";
import { Code, ConnectError } from "@connectrpc/connect";

/** What went wrong, as the pages need it: a code, the server's reason word, and fields that were wrong. Never a text from a server. */
export interface Failure {
  code: Code;
  reason: string;
  fields: { field: string; reason: string }[];
}

/**
 * Walks the fields of one google.rpc detail message. These two messages are the only ones the pages read, and their numbers are
 * fixed for ever, so they are read here instead of shipping the generated code of a large package.
 */
function eachField(bytes: Uint8Array, visit: (number: number, value: Uint8Array) => void): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    if (wire === 2) visit(number, reader.bytes());
    else reader.skip(wire);
  }
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Turns whatever was thrown into a Failure. A detail that cannot be read is left out: the code alone still decides. */
export function failureOf(thrown: unknown): Failure {
  const error = ConnectError.from(thrown, Code.Unavailable);
  const failure: Failure = { code: error.code, reason: "", fields: [] };
  for (const detail of error.details) {
    if (!("type" in detail) || typeof detail.type !== "string" || !(detail.value instanceof Uint8Array)) continue;
    try {
      if (detail.type === "google.rpc.ErrorInfo") {
        eachField(detail.value, (number, value) => {
          if (number === 1) failure.reason = text(value);
        });
      } else if (detail.type === "google.rpc.BadRequest") {
        eachField(detail.value, (number, violation) => {
          if (number !== 1) return;
          const entry = { field: "", reason: "" };
          eachField(violation, (part, value) => {
            if (part === 1) entry.field = text(value);
            // The services put the reason before what they want; a field of its own came to this message later.
            if (part === 2 && entry.reason === "") entry.reason = /^[A-Z_]+(?=: )/.exec(text(value))?.[0] ?? "";
            if (part === 3) entry.reason = text(value);
          });
          failure.fields.push(entry);
        });
      }
    } catch {
      continue;
    }
  }
  return failure;
}
