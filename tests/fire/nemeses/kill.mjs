// One process is killed without goodbye, and comes back.
import { everything, sleep } from "../lib/site.mjs";

export const name = "kill";
export const targets = everything;
export async function start(site, target, random) {
  await site.kill(target);
  const away = random.real(0, 400);
  return {
    what: `kill -9 ${target}`, kills: 1,
    async stop() {
      await sleep(away);
      await site.start(target);
    },
  };
}
