// An instance of its own with a consent service that was broken on purpose (brobygger-consent-nonatomic).
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build, root } from "./world.mjs";

const portOffset = 20;  // the services' ports lie 0, 100 and 200 above the base, a handful each

function programs(directory, depth = 3) {
  return readdirSync(directory, { withFileTypes: true }).flatMap((e) => {
    const path = join(directory, e.name);
    if (e.isDirectory()) return depth > 1 && e.name !== "CMakeFiles" ? programs(path, depth - 1) : [];
    return e.isFile() && /^brobygger-[a-z]+(-nonatomic|-broken)?$/.test(e.name) ? [path] : [];
  });
}

// A build tree whose programs are those of the build, but for some: { consent: "brobygger-consent-nonatomic" }.
export function treeWith(tree, instead) {
  mkdirSync(join(tree, "bin"), { recursive: true });
  const found = new Map(programs(build).map((path) => [basename(path), path]));
  const place = (from, to) => { try { linkSync(from, to); } catch { copyFileSync(from, to); } };
  for (const [name, path] of found) {
    if (/-(nonatomic|broken)$/.test(name)) continue;
    const other = instead[name.replace("brobygger-", "")];
    if (other && !found.has(other)) throw new Error(`${other} is not built in ${build}`);
    place(other ? found.get(other) : path, join(tree, "bin", name));
  }
  copyFileSync(join(build, "brobygger.binpb"), join(tree, "brobygger.binpb"));
}

// The environment that names it; deploy/local/up has been run with it. `stop()` ends it and removes what it kept.
export function startControl() {
  const base = Number(process.env.BROBYGGER_PORT_BASE ?? 7100) + portOffset;
  const directory = join(root, `build/control-${base}`), tree = `${directory}-build`;
  const env = { ...process.env, BROBYGGER_RUN: directory, BROBYGGER_PORT_BASE: String(base), BROBYGGER_BUILD: tree };
  const stop = () => {
    execFileSync(join(root, "deploy/local/down"), { env, stdio: "pipe" });
    for (const made of [tree, directory]) rmSync(made, { recursive: true, force: true });
  };
  stop();
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(join(directory, "story-played"), "");  // the story looks, and the gate's functions are not there yet
  treeWith(tree, { consent: "brobygger-consent-nonatomic" });
  try {
    execFileSync(join(root, "deploy/local/up"), ["--no-build"], { env, stdio: "pipe" });
    const redis = join(directory, "redis-trust");
    const library = ["services/runtime/store.lua", "services/consent/authorise.lua", "tests/faults/nonatomic.lua"].map((p) => readFileSync(join(root, p), "utf8")).join("\n");
    execFileSync("redis-cli", ["-s", join(redis, "redis.sock"), "--user", "admin", "--no-auth-warning", "-x", "function", "load", "replace"],
      { env: { ...env, REDISCLI_AUTH: readFileSync(join(redis, "admin.password"), "utf8") }, input: library, stdio: ["pipe", "pipe", "inherit"] });
  } catch (error) {
    if (existsSync(directory)) execFileSync(join(root, "deploy/local/down"), { env, stdio: "pipe" });
    throw new Error(`the control did not come up: ${error.stdout ?? ""}${error.stderr ?? error}`);
  }
  return { env, stop };
}
