// Houses, people in the line and offers, for tests of the housing service.
import assert from "node:assert/strict";
import { viaGrpc } from "./client.mjs";
import { mint } from "./tokens.mjs";
import { requestId } from "./values.mjs";

export const homes = "brobygger.housing.v1.HomesService", allocation = "brobygger.housing.v1.AllocationService";
export const support = "brobygger.housing.v1.SupportService", screenings = "brobygger.housing.v1.HousingService";
export const told = (answer) => (answer.code === "OK" ? "OK" : `${answer.code} ${answer.reason}`);

// A housing adviser, by a clock that is `ahead()` seconds ahead. ask: one call, answered whatever it is; ok: it has to succeed; act: so
// does this change, under a key of its own.
export function adviser({ as = "boligenhed-1", ahead = () => 0 } = {}) {
  const now = () => Math.floor(Date.now() / 1000) + ahead();
  const token = () => mint({ sub: as, agency: "agencies/boligenhed", roles: ["HOUSING_ADVISER"], iat: now(), exp: now() + 300 });
  const ask = (method, request) => viaGrpc.call({ token: token(), method, request });
  const ok = async (method, request) => {
    const answer = await ask(method, request);
    assert.equal(answer.code, "OK", `${method}: ${told(answer)} ${answer.message} ${JSON.stringify(answer.violations)}`);
    return answer.response;
  };
  const act = (method, request) => ok(method, { ...request, request_id: requestId() });
  const present = () => ({ stated: { method: "PRESENCE_METHOD_IN_PERSON", time: new Date((now() - 1) * 1000).toISOString() } });
  const crooked = { requested_kind: "UNIT_KIND_CROOKED_HOME", homeless: true, socially_vulnerable: true, substance_use: "SELF_DECLARED_NOT_SAID", support_need: "SUPPORT_NEED_LIMITED" };
  return {
    ask,
    ok,
    act,
    present,
    house: async (floors = 3, flats_per_floor = 5) => (await act(`${homes}/RegisterHouse`, { slug: `house-${requestId().slice(0, 10)}`, display_name: "Prøvehus", kind: "UNIT_KIND_CROOKED_HOME", floors, flats_per_floor, rooms: 1 })).house.name,
    // A citizen's reference of this agency's. Its own side asks nobody whether there is such a citizen.
    citizen: () => `citizens/${[...requestId().slice(0, 26)].map((c) => "abcdefghijklmnop"[Number.parseInt(c, 16)]).join("")}`,
    async waiting(citizen) {
      const { referral } = await act(`${allocation}/SubmitHousingReferral`, { citizen, presence: present(), needs: crooked });
      await act(`${allocation}/AssessHousingReferral`, { name: referral.name, etag: referral.etag });
      await act(`${allocation}/JoinWaitingList`, { name: referral.name, presence: present() });
      return referral.name;
    },
    // Its body; the reason lets anybody be offered a home.
    offer: (referral, unit, more = {}) => ({ referral, unit, out_of_order: "OUT_OF_ORDER_REASON_ROOF_IS_LOST_WITHIN_A_MONTH", ...more, request_id: requestId() }),
    async line() {
      const found = [];
      let page_token = "";
      do {
        const page = await ok(`${allocation}/ListWaiting`, { kind: "UNIT_KIND_CROOKED_HOME", page_size: 100, page_token });
        found.push(...page.referrals.map((r) => r.name));
        page_token = page.nextPageToken;
      } while (page_token);
      return found;
    },
    async unit(name) {
      const { house } = await ok(`${homes}/GetHouse`, { name: name.split("/units/")[0] });
      return house.units.find((u) => u.name === name);
    },
    referral: async (name) => (await ok(`${allocation}/GetHousingReferral`, { name })).referral,
    // What is on the due list about this record.
    async duties(about) {
      const found = [];
      let page_token = "";
      do {
        const page = await ok(`${support}/ListDuties`, { page_size: 100, page_token });
        found.push(...page.duties);
        page_token = page.nextPageToken;
      } while (page_token);
      return found.filter((d) => d.about === about).map((d) => d.reason);
    },
  };
}
