// A trust store that has little room left: looks stop early, and the citizen's word still passes (P2).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { close, viaGrpc } from "../lib/client.mjs";
import { requestId, stated } from "../lib/values.mjs";
import { Resp } from "./lib/resp.mjs";
import { describe, give, incoming, looker, newCitizen, ok, refusalOf, service, sleep, within } from "./lib/world.mjs";

let citizen, reference, look, trust;
before(async () => {
  const known = new Set((await ok("boligenhed-1", `${service.consent}/ListIncomingConsents`, { page_size: 100 })).consents.map((c) => c.citizen));
  citizen = await newCitizen("perron-4-nurse");
  await give(citizen);
  reference = await incoming(known);
  look = await looker("boligenhed-1");
  trust = await Resp.connect("trust");
});
after(async () => {
  await trust.call("CONFIG", "SET", "maxmemory", "0");
  await trust.call("DEL", "ballast");
  trust.close();
  close();
});

const becomes = (wanted) =>
  within(15_000, async () => {
    const answer = await look(reference, { timeout: 2000 });
    return `${answer.code} ${refusalOf(answer).reason ?? ""}`.trim() === wanted;
  });

test("at the watermark of the trust store", async (t) => {
  assert.ok(await becomes("OK"));
  // So much in it that Redis's buffers do not matter, once those that the loading took are given back.
  await trust.call("SET", "ballast", Buffer.alloc(16 << 20));
  const memory = async () => Number(/used_memory:(\d+)/.exec(await trust.call("INFO", "memory"))[1]);
  let used = await memory();
  for (let calm = 0; calm < 20; await sleep(100)) {
    const now = await memory();
    calm = Math.abs(now - used) < used / 100 ? calm + 1 : 0;
    used = now;
  }
  await trust.call("CONFIG", "SET", "maxmemory", String(Math.ceil(used * 1.06)));
  await t.test("looks stop, and say why", async () => assert.ok(await becomes("UNAVAILABLE STORE_FULL")));
  await t.test("the own side goes on", () => ok("perron-4-1", `${service.dropin}/GetRegular`, { citizen }));
  await t.test("everything is taken back", async () => {
    const answer = await viaGrpc.call({
      as: "perron-4-1", method: `${service.consent}/WithdrawConsents`, timeout: 5000,
      request: { citizen, presence: stated(), everything: true, request_id: requestId() },
    });
    assert.equal(answer.code, "OK", describe(answer));
    assert.equal(answer.response.withdrawn, 1);
  });
  await trust.call("CONFIG", "SET", "maxmemory", "0");
  await t.test("with room again looks are answered, and what was taken back is", async () => assert.ok(await becomes("PERMISSION_DENIED CONSENT_REQUIRED")));
});
