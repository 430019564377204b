// Housing at the same moment, through real processes: many calls at once for what only one can have. One wins, nobody is lost, and
// what was said twice is done once.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { close } from "../lib/client.mjs";
import { date, requestId } from "../lib/values.mjs";
import { adviser, allocation, homes, told } from "../lib/homes.mjs";
import { describe, long } from "./lib/world.mjs";

const rounds = long ? 50 : 8;
const br = adviser();
after(close);

const wrongState = "FAILED_PRECONDITION WRONG_STATE";
// How often each answer came.
const count = (answers) => answers.reduce((n, a) => ({ ...n, [told(a)]: (n[told(a)] ?? 0) + 1 }), {});
// ABORTED says that too much happened at once: asked again with the same key until there is an answer.
async function answered(method, request) {
  for (;;) {
    const answer = await br.ask(method, request);
    if (answer.code !== "ABORTED") return answer;
  }
}
const vacant = async (unit) => assert.equal((await br.unit(unit)).state, "UNIT_STATE_VACANT");

test("one home, offered to eight people at the same moment: one is offered it, seven stand in the line where they stood", async () => {
  const house = await br.house();
  const referrals = await Promise.all(Array.from({ length: 8 }, () => br.waiting(br.citizen())));
  for (let round = 0; round < rounds; round++) {
    const unit = `${house}/units/${1 + (round % 3)}-${1 + (round % 5)}`;
    const before = await br.line();
    const answers = await Promise.all(referrals.map((referral) => answered(`${allocation}/OfferUnit`, br.offer(referral, unit))));
    assert.deepEqual(count(answers), { OK: 1, [wrongState]: 7 });
    const { offer } = answers.find((a) => a.code === "OK").response;
    for (const referral of referrals) assert.equal((await br.referral(referral)).state, `REFERRAL_STATE_${referral === offer.referral ? "OFFERED" : "WAITING"}`);
    assert.deepEqual(await br.line(), before.filter((r) => r !== offer.referral));
    await br.act(`${allocation}/DeclineOffer`, { name: offer.name, presence: br.present() });
    assert.deepEqual(await br.line(), before);
    await vacant(unit);
  }
});

test("one person, offered eight homes at the same moment: one is held, seven are vacant", async () => {
  const house = await br.house();
  const referral = await br.waiting(br.citizen());
  for (let round = 0; round < rounds; round++) {
    const units = Array.from({ length: 8 }, (_, i) => `${house}/units/${1 + (i % 3)}-${1 + (i % 5)}`);
    const answers = await Promise.all(units.map((unit) => answered(`${allocation}/OfferUnit`, br.offer(referral, unit))));
    assert.deepEqual(count(answers), { OK: 1, [wrongState]: 7 });
    const { offer } = answers.find((a) => a.code === "OK").response;
    for (const unit of units) assert.equal((await br.unit(unit)).state, `UNIT_STATE_${unit === offer.unit ? "RESERVED" : "VACANT"}`);
    await br.act(`${allocation}/DeclineOffer`, { name: offer.name, presence: br.present() });
  }
});

test("a yes, said to eight advisers at the same moment, is one yes; a move-in is one tenancy", async () => {
  const house = await br.house();
  for (let round = 0; round < rounds; round++) {
    const unit = `${house}/units/${1 + Math.floor(round / 5) % 3}-${1 + (round % 5)}`;
    if ((await br.unit(unit)).state !== "UNIT_STATE_VACANT") break;  // every home has been moved into
    const citizen = br.citizen();
    const { offer } = await br.ok(`${allocation}/OfferUnit`, br.offer(await br.waiting(citizen), unit));
    const yes = () => answered(`${allocation}/AcceptOffer`, { name: offer.name, presence: br.present(), request_id: requestId() });
    assert.deepEqual(count(await Promise.all(Array.from({ length: 8 }, yes))), { OK: 1, [wrongState]: 7 });
    const moveIn = () => answered(`${allocation}/RecordMoveIn`, { offer: offer.name, start: date(), request_id: requestId() });
    assert.deepEqual(count(await Promise.all(Array.from({ length: 8 }, moveIn))), { OK: 1, [wrongState]: 7 });
    const { tenancies } = await br.ok(`${allocation}/ListTenancies`, { citizen });
    assert.equal(tenancies.length, 1);
    assert.equal((await br.unit(unit)).state, "UNIT_STATE_OCCUPIED");
  }
});

test("a yes and a no at the same moment: whichever comes last stands, for offer, referral and home alike", async (t) => {
  const house = await br.house();
  const unit = `${house}/units/1-1`;
  const referral = await br.waiting(br.citizen());
  const ends = {};
  for (let round = 0; round < rounds; round++) {
    const { offer } = await br.ok(`${allocation}/OfferUnit`, br.offer(referral, unit));
    const say = (method) => answered(`${allocation}/${method}`, { name: offer.name, presence: br.present(), request_id: requestId() });
    const [yes, no] = await Promise.all(round % 2 ? [say("AcceptOffer"), say("DeclineOffer")] : [say("DeclineOffer"), say("AcceptOffer")].reverse());
    // A no is possible before and after a yes; a yes after a no is not.
    assert.equal(told(no), "OK");
    assert.ok(["OK", wrongState].includes(told(yes)), describe(yes));
    const { offer: after } = await br.ok(`${allocation}/GetOffer`, { name: offer.name });
    assert.equal(after.state, "OFFER_STATE_DECLINED");
    assert.equal(after.wasAccepted, yes.code === "OK");
    assert.equal((await br.referral(referral)).state, "REFERRAL_STATE_WAITING");
    await vacant(unit);
    assert.deepEqual(await br.duties(offer.name), yes.code === "OK" ? ["DUTY_REASON_ACCEPTED_OFFER_DECLINED"] : []);
    ends[told(yes)] = (ends[told(yes)] ?? 0) + 1;
  }
  t.diagnostic(`the yes: ${JSON.stringify(ends)}`);
});

test("sixty-four people at the door, ten night places: ten slips, no eleventh", async (t) => {
  const night = { site: `nattely-${requestId().slice(0, 8)}`, date: date() };
  await br.act(`${homes}/OpenNightPlaces`, { ...night, capacity: 70 });
  // Sixty are there already; seventy places.
  for (let i = 0; i < 60; i++) await br.act(`${homes}/TakeNightPlace`, night);
  const tries = {};
  const take = async () => {
    const request = { ...night, request_id: requestId() };
    for (;;) {
      const answer = await br.ask(`${homes}/TakeNightPlace`, request);
      tries[told(answer)] = (tries[told(answer)] ?? 0) + 1;
      if (answer.code !== "ABORTED") return { answer, request };
    }
  };
  const taken = await Promise.all(Array.from({ length: 64 }, take));
  t.diagnostic(JSON.stringify(tries));
  assert.deepEqual(count(taken.map((x) => x.answer)), { OK: 10, "FAILED_PRECONDITION CAPACITY_FULL": 54 });
  const slips = taken.filter((x) => x.answer.code === "OK");
  assert.equal(new Set(slips.map((x) => x.answer.response.token)).size, 10);
  assert.deepEqual(slips.map((x) => x.answer.response.nightPlaces.taken).sort((a, b) => a - b), [61, 62, 63, 64, 65, 66, 67, 68, 69, 70]);
  const now = async () => (await br.ok(`${homes}/ListNightPlaces`, { date: date() })).nightPlaces.find((n) => n.site === night.site).taken;
  assert.equal(await now(), 70);
  // Who asks again in the same words gets the same slip, and no second place.
  const again = await br.ask(`${homes}/TakeNightPlace`, slips[0].request);
  assert.equal(again.response?.token, slips[0].answer.response.token, describe(again));
  // One slip, handed in eight times at once, gives one place back.
  const back = await Promise.all(Array.from({ length: 8 }, () => answered(`${homes}/ReleaseNightPlace`, { ...night, token: slips[0].answer.response.token, request_id: requestId() })));
  assert.equal(back.filter((a) => a.code === "OK").length, 1, JSON.stringify(count(back)));
  assert.equal(await now(), 69);
});
