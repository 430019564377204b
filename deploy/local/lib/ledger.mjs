// Exports the ledger of a running instance, page by page, in the form that brobygger-verify reads (services/ledger/export_file.h).
//
//   node ledger.mjs FILE
//
// The file is there when it is whole: it is written beside its place and moved.
import { createWriteStream, renameSync } from "node:fs";
import { once } from "node:events";
import { viaGrpc, close } from "../../../tests/lib/client.mjs";

const [file] = process.argv.slice(2);
const service = "brobygger.ledger.v1.LedgerProofService";
const hex = (base64) => Buffer.from(base64, "base64").toString("hex");
const kinds = { ENTRY_KIND_LOOK: 1, ENTRY_KIND_CONSENT: 2, ENTRY_KIND_REGISTRY: 3, ENTRY_KIND_CITIZEN_VIEW: 4 };

async function call(method, request) {
  const answer = await viaGrpc.call({ method: `${service}/${method}`, as: "revisor-1", request });
  if (answer.code === "OK") return answer.response;
  throw new Error(`${method}: ${answer.code} ${answer.reason ?? ""} ${answer.message}`);
}

try {
  const { head } = await call("GetLedgerHead", {});
  const size = BigInt(head.size);
  const out = createWriteStream(`${file}.part`);
  const opened = once(out, "open");
  const line = async (text) => { if (!out.write(`${text}\n`)) await once(out, "drain"); };
  await opened;
  await line("brobygger ledger 1");
  for (let next = 1n; next <= size;) {
    const { entries } = await call("ListLedgerEntries", { first: String(next), count: 1000 });
    if (entries.length === 0) throw new Error(`entry ${next} is not given`);
    for (const e of entries) {
      if (next > size) break;
      await line(`${e.number} ${e.timeMs} ${kinds[e.kind] ?? e.kind} ${hex(e.subjectCommitment)} ${hex(e.detailsCommitment)}`);
      next += 1n;
    }
  }
  await line(`head ${head.size} ${head.timeMs} ${hex(head.root)} ${hex(head.key)} ${hex(head.signature)}`);
  out.end();
  await once(out, "finish");
  renameSync(`${file}.part`, file);
  console.log(`${file}: ${size} entries and their signed head`);
} catch (error) {
  console.error(`the ledger could not be exported: ${error.message}`);
  process.exitCode = 1;
} finally {
  close();
}
