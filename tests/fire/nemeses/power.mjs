// The power goes: what a store had written and not synced is gone, from any byte on. Before that its disk is slow, so that there is something.
import { statSync, truncateSync } from "node:fs";
import { sleep, stores } from "../lib/site.mjs";

export const name = "power";
export const targets = stores;
export async function start(site, target, random) {
  site.fault(target, { syncTakesMs: random.integer(5, 100) });
  await sleep(random.real(50, 300));
  await site.kill(target);
  site.fault(target);
  let cut = 0;
  for (const name of site.logs(target)) {
    const file = site.log(target, name), { size } = statSync(file);
    const kept = random.integer(Math.min(size, site.synced(target, name)), size);
    cut += size - kept;
    truncateSync(file, kept);
  }
  return { what: `no power for ${target}, ${cut} bytes gone`, kills: 1, stop: () => site.start(target) };
}
