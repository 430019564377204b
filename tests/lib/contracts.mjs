// The contracts, read from the descriptor set of the build: any method by name, requests and responses as protobuf JSON.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createFileRegistry, fromBinary, fromJson, getOption, toBinary, toJson } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { build } from "./instance.mjs";

let registryOnce;
export function registry() {
  registryOnce ??= createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(join(build, "brobygger.binpb"))));
  return registryOnce;
}

// "brobygger.dropin.v1.DropinService/GetCentre" -> { method, service, name, access, roles }.
export function methodOf(path) {
  const [service, name] = path.split("/");
  const description = registry().getService(service);
  const method = description?.methods.find((m) => m.name === name);
  if (!method) throw new Error(`the contracts have no method ${path}`);
  const policy = getOption(method, registry().getExtension("brobygger.policy.v1.method"));
  const access = registry().getEnum("brobygger.policy.v1.AccessClass").value[policy.access].name.replace("ACCESS_CLASS_", "");
  return { method, service, name, access };
}

// All unary methods, as "service/Method".
export const allMethods = () =>
  [...registry()].filter((d) => d.kind === "service" && d.typeName.startsWith("brobygger.")).flatMap((s) => s.methods.map((m) => `${s.typeName}/${m.name}`));

// JSON to message; a number stands for an enum value that the schema does not know.
export const messageOf = (schema, json) => fromJson(schema, json, { registry: registry() });
export const jsonOf = (schema, message) => toJson(schema, message, { registry: registry(), alwaysEmitImplicit: true });
export const bytesOf = (schema, message) => toBinary(schema, message);
export const parse = (schema, bytes) => fromBinary(schema, bytes);

// What stands in google.rpc details: reason and domain of ErrorInfo, fields of BadRequest.
// details: [{ type, value }] with value the bytes.
export function readDetails(details) {
  const found = { reason: "", domain: "", violations: [] };
  for (const { type, value } of details) {
    const schema = registry().getMessage(type);
    if (!schema) continue;
    const detail = fromBinary(schema, value);
    if (type === "google.rpc.ErrorInfo") Object.assign(found, { reason: detail.reason, domain: detail.domain });
    if (type === "google.rpc.BadRequest") found.violations = detail.fieldViolations.map((v) => ({ field: v.field, want: v.description, reason: v.reason ?? "" }));
  }
  return found;
}
