// The disk of a store is full. Redis cannot write what it has to acknowledge, and ends; then there is room again.
import { rmSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { stores } from "../lib/site.mjs";

export const name = "disk";
export const targets = stores;
export async function start(site, target, random) {
  const ballast = join(site.disks.get(target), "ballast");
  const left = random.integer(0, 64) * 1024;
  execFileSync("fallocate", ["-l", String(Math.max(4096, site.free(target) - left)), ballast]);
  return {
    what: `${target}'s disk is full but for ${left} bytes`,
    async stop() {
      rmSync(ballast);
      await site.start(target);  // if it has ended, as it should have
    },
  };
}
