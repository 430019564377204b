// One process stands still and goes on: to the others it looks dead, and it does not know.
import { everything } from "../lib/site.mjs";

export const name = "pause";
export const targets = everything;
export async function start(site, target) {
  site.signal(target, "SIGSTOP");
  return { what: `SIGSTOP ${target}`, stop: async () => site.signal(target, "SIGCONT") };
}
