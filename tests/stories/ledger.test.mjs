// What somebody who does not trust us can check: the whole ledger, a citizen's story, and that today's ledger begins with yesterday's,
// by the stand-alone verifier and the public key alone (promise P3, and that an entry left out is missed).
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { close, viaGrpc } from "../lib/client.mjs";
import { build, root, run } from "../lib/instance.mjs";
import { requestId, stated } from "../lib/values.mjs";

const proofs = "brobygger.ledger.v1.LedgerProofService";
const story = "brobygger.ledger.v1.LedgerService/GetCitizenAccessStory";
const dir = mkdtempSync(join(tmpdir(), "brobygger-ledger-"));
const key = join(run, "ledger-key/public.pem");
const program = ["services/ledger", "."].map((d) => join(build, d)).flatMap((d) => readdirSync(d).filter((f) => f === "brobygger-verify").map((f) => join(d, f)))[0];
after(() => { close(); rmSync(dir, { recursive: true }); });

async function answer(method, as, request = {}) {
  const got = await viaGrpc.call({ method, as, request });
  assert.equal(got.code, "OK", `${method}: ${got.reason} ${got.message}`);
  return got.response;
}
const file = (name, value) => {
  const path = join(dir, name);
  writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));
  return path;
};
const verify = (...args) => promisify(execFile)(program, args).then(({ stdout }) => ({ code: 0, said: stdout }), (e) => ({ code: e.code, said: e.stderr }));
async function headOver(number) {
  for (const until = Date.now() + 20_000; ;) {
    const got = await viaGrpc.call({ method: `${proofs}/GetLedgerHead`, as: "revisor-1", request: { covering: String(number) } });
    if (got.code === "OK") return got.response;
    assert.equal(got.reason, "NOT_SIGNED_YET");
    assert.ok(Date.now() < until, `entry ${number} is under no head after 20 seconds`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const pages = [];
let yesterday;
before(async () => {
  // Somebody is written down, so that there is a story, and reads it, page by page.
  const identifier = { scheme: "IDENTIFIER_SCHEME_CPR", value: JSON.parse(readFileSync(join(process.env.BROBYGGER_DEMO ?? join(root, "deploy/local/demo"), "accounts.json"), "utf8")).accounts.find((a) => a.id === "borger-2").identifier.value };
  await answer("brobygger.registry.v1.RegistryService/EnsureCitizen", "perron-4-1", { identifier, presence: stated(), request_id: requestId() });
  for (let i = 0; i < 2; i++) await answer("brobygger.consent.v1.ConsentService/ListMyConsents", "borger-2");
  let page_token = "";
  do {
    const page = await answer(story, "borger-2", { page_size: 2, page_token });
    page_token = page.nextPageToken;
    pages.push(page);
  } while (page_token);
  yesterday = await headOver(pages[0].entries[0].number);
});

test("the story is whole and stands in the exported ledger; without one of its entries it does not hold", async () => {
  await answer("brobygger.consent.v1.ConsentService/ListMyConsents", "borger-2");
  const { stdout } = await promisify(execFile)(join(root, "deploy/local/ledger"), [join(dir, "ledger.txt")]);
  assert.match(stdout, /entries and their signed head/);
  const files = pages.map((page, i) => file(`page${i}.json`, page));
  const whole = await verify("story", key, join(dir, "ledger.txt"), ...files);
  assert.equal(whole.code, 0, whole.said);
  assert.match(whole.said, /The story is whole and stands in the ledger/);
  assert.match(whole.said, /CITIZEN_ENSURED at agencies\/perron-4/);
  assert.ok(pages.length > 1 && pages[0].entries.length === 2);
  const without = structuredClone(pages[0]);
  without.entries.splice(1, 1);
  const missed = await verify("story", key, join(dir, "ledger.txt"), file("without.json", without), ...files.slice(1));
  assert.equal(missed.code, 1);
  assert.match(missed.said, /An entry is left out of the story/);
});

test("the ledger is whole and begins with the one that was seen before; edited or cut it is neither", async () => {
  const ledger = join(dir, "ledger.txt");
  const text = readFileSync(ledger, "utf8");
  const seen = file("seen.json", yesterday);
  const whole = await verify("ledger", key, ledger, seen);
  assert.equal(whole.code, 0, whole.said);
  const lines = text.split("\n");
  const cut = await verify("ledger", key, file("cut.txt", lines.slice(0, 3).join("\n")));
  assert.equal(cut.code, 1);
  const edited = [...lines];
  edited[2] = edited[2].replace(/.$/, (c) => (c === "0" ? "1" : "0"));
  const found = await verify("ledger", key, file("edited.txt", edited.join("\n")), seen);
  assert.equal(found.code, 1);
  assert.match(found.said, /The ledger was rewritten/);
  const stranger = await verify("ledger", join(run, "statements/public.pem"), ledger);
  assert.equal(stranger.code, 1);
  assert.match(stranger.said, /signed by another key/);
});

test("two heads and a proof between them, and an entry's own proof", async () => {
  const now = await headOver(BigInt(yesterday.head.size) + 1n);  // something has been written since
  const proof = await answer(`${proofs}/GetConsistencyProof`, "perron-4-1", { first: yesterday.head.size, second: now.head.size });
  const [a, b] = [file("a.json", yesterday), file("b.json", now)];
  const pair = await verify("heads", key, a, b, file("proof.json", proof));
  assert.equal(pair.code, 0, pair.said);
  assert.equal((await verify("heads", key, b, a, file("proof.json", proof))).code, 1);
  const { path } = await answer(`${proofs}/GetInclusionProof`, "perron-4-1", { number: pages[0].entries[0].number, size: now.head.size });
  assert.ok(path.length > 0 && path.reduce((sum, hash) => sum + Buffer.from(hash, "base64").length, 0) < 2048);
  const refused = await viaGrpc.call({ method: `${proofs}/ListLedgerEntries`, as: "perron-4-1" });
  assert.equal(refused.reason, "ROLE_NOT_ALLOWED");
});
