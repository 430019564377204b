// What is away, and who still answers: the own side lives without the consent service, no door opens without it, nothing
// hangs beyond its deadline; and clients that misbehave harm nobody else.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import http2 from "node:http2";
import { after, before, test } from "node:test";
import { close, tokenOf, viaGateway, viaGrpc } from "../lib/client.mjs";
import { bytesOf, messageOf, methodOf } from "../lib/contracts.mjs";
import { ca, identity, ports } from "../lib/instance.mjs";
import { born, categories, date, purpose, requestId, stated, strangerReference } from "../lib/values.mjs";
import { faults, readLedger } from "./lib/ledger.mjs";
import { agreed, describe, give, home, incoming, looker, newCitizen, ok, processes, refusalOf, service, within } from "./lib/world.mjs";

let citizen, reference, look;  // perron-4's citizen, whom boligenhed may look at
before(async () => {
  const known = new Set((await ok("boligenhed-1", `${service.consent}/ListIncomingConsents`, { page_size: 100 })).consents.map((c) => c.citizen));
  citizen = await newCitizen("perron-4-nurse");
  await give(citizen);
  reference = await incoming(known);
  look = await looker("boligenhed-1");
});
// Whatever a test left behind.
after(async () => {
  await processes("start", "redis-records", "redis-trust", "consent").catch(() => {});
  close();
});

const ask = (as, method, request, more = {}) => viaGrpc.call({ as, method, request, timeout: 5000, ...more });
const door = (holder) => ({ citizen: reference, holder, purpose: home, categories: agreed });
const doors = {
  dropin: () => ask("boligenhed-1", `${service.dropin}/GetCitizenFile`, door("agencies/perron-4")),
  housing: () => ask("perron-4-1", `${service.housing}/GetCitizenFile`, { ...door("agencies/boligenhed"), citizen }),
  clinic: () => ask("socialtandpleje-1", `${service.clinic}/GetCitizenFile`, { ...door("agencies/perron-4-clinic"), purpose: purpose("HEALTH_AND_DENTAL_CARE"), categories: categories("HEALTH") }),
};
const answers = { screened_on: date(), birth_date: born(40), living_situation: "LIVING_SITUATION_SHELTER", since_band: "SITUATION_SINCE_1_TO_6_MONTHS", risk_flags: ["RISK_FLAG_NONE"], preference: "HOUSING_PREFERENCE_UNDECIDED" };
const looksAgain = (ms) => within(ms, async () => (await look(reference, { timeout: 2000 })).code === "OK");

const atOnce = 4500;  // ms: before any call's own deadline, also on a machine that stands still for a while

test("without the consent service", async (t) => {
  for (const open of Object.values(doors)) await open();  // everybody has signed in, every connection is there
  await processes("stop", "consent");
  try {
    for (const [what, as, method, request] of [
      ["the centre's opening hours", "perron-4-1", "GetCentre", {}],
      ["a count of visits", "perron-4-1", "RecordVisitTally", { date: date(-30), part_of_day: "PART_OF_DAY_EVENING", add_visitors: 0, request_id: requestId() }],
      ["a citizen's file on the own side", "perron-4-1", "GetRegular", { citizen }],
      ["a change of it", "perron-4-1", "UpdateRegular", { citizen, presence: stated(), request_id: requestId(), shared: { goals: "Et sted at bo" } }],
      ["a new alias", "perron-4-1", "CreateParticipant", { alias: "Kaptajnen", request_id: requestId() }],
    ]) await t.test(`drop-in answers: ${what}`, () => ok(as, `${service.dropin}/${method}`, request, { timeout: 3000 }));
    await t.test("housing answers: a screening, begun, completed, read", async () => {
      const { screening } = await ok("boligenhed-1", `${service.housing}/CreateScreening`, { citizen: reference, presence: stated(), answers, request_id: requestId() });
      await ok("boligenhed-1", `${service.housing}/CompleteScreening`, { name: screening.name, presence: stated(), etag: screening.etag, request_id: requestId() });
      await ok("boligenhed-1", `${service.housing}/GetScreening`, { name: screening.name });
    });
    await t.test("the clinic answers: somebody without a name, and a wish; it is not sent", async () => {
      await ok("clinic-nurse-1", `${service.clinic}/RecordNurseContact`, { content: { kind: "NURSE_CONTACT_KIND_WOUND", date: date() }, request_id: requestId() });
      const wish = { citizen: strangerReference(), presence: stated(), need: "DENTAL_NEED_PAIN", request_id: requestId() };
      const { referral } = await ok("clinic-nurse-1", `${service.clinic}/WishDentalCare`, wish);
      const sent = await ask("clinic-nurse-1", `${service.clinic}/SendDentalReferral`, { name: referral.name, citizen: wish.citizen, recipient: "agencies/socialtandpleje", request_id: requestId() });
      assert.equal(`${sent.code} ${sent.reason}`, "UNAVAILABLE CONSENT_SERVICE_DOWN", describe(sent));
    });
    for (const [name, open] of Object.entries(doors)) {
      await t.test(`the door of ${name} answers UNAVAILABLE CONSENT_SERVICE_DOWN at once, ten times`, async () => {
        const begun = Date.now();
        for (const answer of await Promise.all(Array.from({ length: 10 }, open))) assert.equal(`${answer.code} ${answer.reason}`, "UNAVAILABLE CONSENT_SERVICE_DOWN", describe(answer));
        assert.ok(Date.now() - begun < atOnce, `${Date.now() - begun} ms`);
      });
    }
    await t.test("the door of the cards, which is in the consent service, is shut too", async () => {
      const answer = await ask("boligenhed-1", `${service.card}/GetCitizenFile`, door("agencies/perron-4"), { timeout: 2000 });
      assert.ok(["UNAVAILABLE", "DEADLINE_EXCEEDED"].includes(answer.code), describe(answer));
    });
    await t.test("the gateway says that it is away, and goes on with the rest", async () => {
      const through = (as, method, request) => viaGateway.call({ as, method, request, timeout: 3000 });
      assert.equal((await through("boligenhed-1", `${service.consent}/ListIncomingConsents`, {})).code, "UNAVAILABLE");
      assert.equal((await through("perron-4-1", `${service.dropin}/GetCentre`, {})).code, "OK");
      const answer = await through("boligenhed-1", `${service.dropin}/GetCitizenFile`, door("agencies/perron-4"));
      assert.equal(`${answer.code} ${answer.reason}`, "UNAVAILABLE CONSENT_SERVICE_DOWN");
    });
  } finally {
    await processes("start", "consent");
  }
  const begun = Date.now();
  await t.test("when it is back the doors open within seconds, by themselves", async () => {
    assert.ok(await looksAgain(60_000));
    assert.ok(await within(60_000, async () => (await doors.housing()).reason === "CONSENT_REQUIRED"));
  });
  t.diagnostic(`a look was permitted again ${Date.now() - begun} ms after the service was healthy`);
});

test("with the trust store paused", async (t) => {
  const pid = Number(await processes("pid", "redis-trust"));
  const before = (await readLedger()).length;
  process.kill(pid, "SIGSTOP");
  let answered;
  try {
    const deadline = 1500, begun = Date.now();
    const all = await Promise.all([
      ...Array.from({ length: 20 }, () => look(reference, { timeout: deadline })),
      ask("boligenhed-1", `${service.card}/GetCitizenFile`, door("agencies/perron-4"), { timeout: deadline }),
      ask("perron-4-1", `${service.consent}/ListConsents`, { citizen }, { timeout: deadline }),
    ]);
    answered = Date.now() - begun;
    await t.test("no look is answered with data", () => {
      for (const answer of all) assert.ok(["DEADLINE_EXCEEDED", "UNAVAILABLE"].includes(answer.code), answer.code);
    });
    await t.test("nothing hangs beyond its deadline", () => assert.ok(answered < deadline + 10_000, `${answered} ms`));
    await t.test("the own side answers", () => ok("perron-4-1", `${service.dropin}/GetRegular`, { citizen }, { timeout: 2000 }));
  } finally {
    process.kill(pid, "SIGCONT");
  }
  await t.test("afterwards doors open again and the ledger is whole", async () => {
    assert.ok(await looksAgain(60_000));
    const rows = await readLedger();
    assert.deepEqual(faults(rows).wrong, []);
    assert.ok(rows.length > before);
  });
});

test("without the records store", async (t) => {
  await processes("kill", "redis-records");
  try {
    await t.test("a door that may be looked through answers UNAVAILABLE STORE_DOWN", async () => {
      const begun = Date.now();
      for (const answer of await Promise.all(Array.from({ length: 5 }, doors.dropin))) assert.equal(`${answer.code} ${answer.reason}`, "UNAVAILABLE STORE_DOWN", describe(answer));
      assert.ok(Date.now() - begun < atOnce);
    });
    await t.test("so does the door of the cards", async () => {
      const answer = await ask("boligenhed-1", `${service.card}/GetCitizenFile`, door("agencies/perron-4"));
      assert.equal(`${answer.code} ${answer.reason}`, "UNAVAILABLE STORE_DOWN", describe(answer));
    });
    await t.test("the own side says the same, and acknowledges nothing", async () => {
      for (const [method, request] of [["GetRegular", { citizen }], ["UpdateRegular", { citizen, presence: stated(), request_id: requestId(), shared: {} }]]) {
        const answer = await ask("perron-4-1", `${service.dropin}/${method}`, request);
        assert.equal(`${answer.code} ${answer.reason}`, "UNAVAILABLE STORE_DOWN", describe(answer));
      }
    });
    await t.test("a withdrawal needs the trust store only", async () => {
      const other = await newCitizenWithoutFile();
      const answer = await ask("perron-4-1", `${service.consent}/WithdrawConsents`, { citizen: other, presence: stated(), everything: true, request_id: requestId() });
      assert.equal(answer.code, "OK", describe(answer));
    });
  } finally {
    await processes("start", "redis-records");
  }
  await t.test("when it is back everything is there", async () => {
    assert.ok(await looksAgain(60_000));
    const { regular } = await ok("perron-4-1", `${service.dropin}/GetRegular`, { citizen });
    assert.equal(regular.shared.goals, "Et sted at bo");
  });
});
const newCitizenWithoutFile = async () => (await ok("perron-4-2", `${service.registry}/EnsureCitizen`, { presence: stated(), request_id: requestId() })).citizen;

// --- clients that misbehave -------------------------------------------------------------------------------------------

function session(settings) {
  const { cert, key } = identity("system/boligenhed");
  const client = http2.connect(`https://127.0.0.1:${ports.dropin}`, { ca: ca(), cert, key, servername: "localhost", ALPNProtocols: ["h2"], settings, checkServerIdentity: () => undefined });
  client.on("error", () => {});
  return client;
}
// A look as raw HTTP/2: { stream }, with the request sent.
async function rawLook(client, of) {
  const { method } = methodOf(`${service.dropin}/GetCitizenFile`);
  const message = Buffer.from(bytesOf(method.input, messageOf(method.input, { ...door("agencies/perron-4"), citizen: of })));
  const frame = Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]);
  const stream = client.request({
    ":method": "POST", ":path": `/${service.dropin}/GetCitizenFile`, "content-type": "application/grpc", te: "trailers", "grpc-timeout": "5S",
    authorization: `Bearer ${await tokenOf("boligenhed-1")}`,
  });
  stream.on("error", () => {});
  stream.end(frame);
  return stream;
}
const memory = async () => Number(readFileSync(`/proc/${await processes("pid", "dropin")}/status`, "utf8").match(/VmRSS:\s+(\d+)/)[1]);

test("a reader that takes nothing", async (t) => {
  const client = session({ initialWindowSize: 0 });
  await new Promise((resolve, reject) => client.once("connect", resolve).once("error", reject));
  const at = await memory();
  const streams = [];
  for (let i = 0; i < 80; i++) streams.push(await rawLook(client, reference));
  await t.test("others are served meanwhile", async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => look(reference, { timeout: 4000 })));
    assert.deepEqual(all.map((a) => a.code), Array(20).fill("OK"));
  });
  await t.test("and the process does not grow by more than what was asked for", async () => {
    const grown = (await memory()) - at;
    t.diagnostic(`${grown} kB for ${streams.length} answers that nobody takes`);
    assert.ok(grown < 20_000, `${grown} kB`);
  });
  client.destroy();
});

test("clients that leave in the middle of a call", async (t) => {
  const pid = await processes("pid", "dropin"), consentPid = await processes("pid", "consent");
  const before = (await readLedger()).length;
  for (let round = 0; round < 10; round++) {
    const client = session();
    await new Promise((resolve, reject) => client.once("connect", resolve).once("error", reject));
    const streams = await Promise.all(Array.from({ length: 20 }, (_, i) => rawLook(client, i % 2 ? reference : strangerReference())));
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 6));
    if (round % 2) client.destroy();
    else { for (const stream of streams) stream.close(http2.constants.NGHTTP2_CANCEL); client.close(); }
  }
  await t.test("the services are the same processes, and answer", async () => {
    const answer = await look(reference);
    assert.equal(answer.code, "OK", refusalOf(answer).reason);
    assert.equal(await processes("pid", "dropin"), pid);
    assert.equal(await processes("pid", "consent"), consentPid);
  });
  await t.test("the ledger is whole", async () => {
    const rows = await readLedger();
    assert.deepEqual(faults(rows).wrong, []);
    t.diagnostic(`${rows.length - before} entries of 201 looks, 200 of them left alone`);
    assert.ok(rows.length - before <= 201);
  });
});
