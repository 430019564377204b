// A disk takes long to sync.
import { stores } from "../lib/site.mjs";

export const name = "slow";
export const targets = stores;
export async function start(site, target, random) {
  const ms = random.integer(20, 400);
  site.fault(target, { syncTakesMs: ms });
  return { what: `${target} syncs in ${ms} ms`, stop: async () => site.fault(target) };
}
