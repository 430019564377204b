// The disk of a store is full. Redis cannot write what it has to acknowledge, and ends; then there is room again.
import { stores } from "../lib/site.mjs";

export const name = "disk";
export const targets = stores;
export async function start(site, target, random) {
  const left = random.integer(0, 64) * 1024;
  site.fill(target, left);
  return {
    what: `${target}'s disk is full but for ${left} bytes`,
    async stop() {
      site.empty(target);
      await site.start(target);  // if it has ended, as it should have
    },
  };
}
