import assert from "node:assert/strict";
import { test } from "node:test";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { Code, ConnectError } from "@connectrpc/connect";
import { failureOf } from "./errors";

const info = (reason: string) =>
  new BinaryWriter().tag(1, 2).string(reason).tag(2, 2).string("brobygger.dk").finish();

function errorWith(code: Code, details: { type: string; value: Uint8Array }[]): ConnectError {
  const error = new ConnectError("x", code);
  error.details = details;
  return error;
}

test("reads the reason", () => {
  const error = errorWith(Code.PermissionDenied, [{ type: "google.rpc.ErrorInfo", value: info("CONSENT_REQUIRED") }]);
  assert.deepEqual(failureOf(error), { code: Code.PermissionDenied, reason: "CONSENT_REQUIRED", fields: [] });
});

test("reads every violated field", () => {
  const violation = (field: string, reason: string) =>
    new BinaryWriter().tag(1, 2).string(field).tag(2, 2).string("…").tag(3, 2).string(reason).finish();
  const value = new BinaryWriter()
    .tag(1, 2).bytes(violation("card.phone", "PATTERN"))
    .tag(1, 2).bytes(violation("card.cpr", "CPR_INVALID"))
    .finish();
  const error = errorWith(Code.InvalidArgument, [{ type: "google.rpc.BadRequest", value }]);
  assert.deepEqual(failureOf(error).fields, [
    { field: "card.phone", reason: "PATTERN" },
    { field: "card.cpr", reason: "CPR_INVALID" },
  ]);
});

test("reads the reason of a field from before what is wanted, and nothing else of that text", () => {
  const violation = (field: string, text: string) => new BinaryWriter().tag(1, 2).string(field).tag(2, 2).string(text).finish();
  const value = new BinaryWriter()
    .tag(1, 2).bytes(violation("start", "BAD_DATE_ORDER: want a day not after today"))
    .tag(1, 2).bytes(violation("site", "some words: others"))
    .finish();
  const error = errorWith(Code.InvalidArgument, [{ type: "google.rpc.BadRequest", value }]);
  assert.deepEqual(failureOf(error).fields, [{ field: "start", reason: "BAD_DATE_ORDER" }, { field: "site", reason: "" }]);
});

test("a broken detail leaves the code", () => {
  const error = errorWith(Code.Aborted, [{ type: "google.rpc.ErrorInfo", value: new Uint8Array([10, 200]) }]);
  assert.deepEqual(failureOf(error), { code: Code.Aborted, reason: "", fields: [] });
});

test("a network failure is UNAVAILABLE", () => {
  assert.equal(failureOf(new TypeError("Failed to fetch")).code, Code.Unavailable);
});
