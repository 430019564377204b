// The clock of a store's machine is set, forward or back, and later right again.
import { stores } from "../lib/site.mjs";

export const name = "clock";
export const targets = stores;
export async function start(site, target, random) {
  const seconds = random.one([-1, 1]) * random.integer(1, 600);
  site.fault(target, { clockAheadMs: 1000 * seconds });
  return { what: `${target}'s clock is ${seconds} s off`, stop: async () => site.fault(target) };
}
