// A store is killed while it writes its append-only file anew.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../faults/lib/world.mjs";
import { sleep, stores } from "../lib/site.mjs";

export const name = "rewrite";
export const targets = stores;
export async function start(site, target, random) {
  const at = join(run, target);
  execFileSync("redis-cli", ["-s", join(at, "redis.sock"), "--user", "admin", "--no-auth-warning", "bgrewriteaof"],
    { env: { ...process.env, REDISCLI_AUTH: readFileSync(join(at, "admin.password"), "utf8") }, stdio: "pipe" });
  await sleep(random.real(0, 60));
  await site.kill(target);
  return { what: `kill -9 ${target} while it rewrites its file`, kills: 1, stop: () => site.start(target) };
}
