// The judge has power: each of these mistakes, made on purpose, is found under the same load, with the same judgement.
//
//   BROBYGGER_VARIANT=position    those only whose name holds this
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { close } from "../lib/client.mjs";
import { treeWith } from "../faults/lib/control.mjs";
import { root, run } from "../faults/lib/world.mjs";
import { seeded } from "./lib/random.mjs";
import { play } from "./lib/play.mjs";
import { Site, stores } from "./lib/site.mjs";
import { variants } from "./lib/variants.mjs";

const seed = Number(process.env.BROBYGGER_SEED ?? Math.floor(Math.random() * 1e9));
const tree = join(run, "broken");
const enough = 6;  // times the same variant is tried, each time twice as long

let site;
before(async () => { site = await Site.prepare(); });
after(async () => {
  rmSync(tree, { recursive: true, force: true });
  await site?.restore();
  close();
});

const library = (edits = [], append) => {
  const texts = new Map(["services/runtime/store.lua", "services/consent/authorise.lua"].map((file) => [file, readFileSync(join(root, file), "utf8")]));
  for (const [file, from, to] of edits) {
    const text = texts.get(file);
    assert.ok(text.includes(from), `${file} does not hold "${from}": the variant has to follow`);
    texts.set(file, text.replaceAll(from, () => to));
  }
  return [...texts.values(), append ? readFileSync(join(root, append), "utf8") : ""].join("\n");
};
const admin = (store, arguments_, input) => execFileSync("redis-cli", ["-e", "-s", join(run, `redis-${store}/redis.sock`), "--user", "admin", "--no-auth-warning", ...arguments_],
  { env: { ...process.env, REDISCLI_AUTH: readFileSync(join(run, `redis-${store}/admin.password`), "utf8") }, input, stdio: ["pipe", "pipe", "pipe"] });
const load = (text) => { for (const store of ["records", "trust"]) admin(store, ["-x", "function", "load", "replace"], text); };

async function broken(variant, work) {
  const right = site.env;
  const changed = Object.keys(variant.instead ?? {});
  try {
    if (changed.length > 0) {
      rmSync(tree, { recursive: true, force: true });
      treeWith(tree, variant.instead);
      site.env = { ...right, ...variant.env, BROBYGGER_BUILD: tree };
      await site.act("stop", ...changed);
    }
    load(library(variant.edits, variant.append));
    if (changed.length > 0) await site.start(...changed);
    // A store that comes back has its own settings again.
    await work(() => { for (const [store, setting] of Object.entries(variant.redis ?? {})) admin(store, ["config", "set", ...setting]); });
  } finally {
    site.env = right;
    if (variant.redis) await site.act("restart", ...Object.keys(variant.redis).map((store) => `redis-${store}`));
    await site.start(...stores);
    load(library());
    if (changed.length > 0) {
      await site.act("stop", ...changed);
      await site.start(...changed);
    }
  }
}

const wanted = process.env.BROBYGGER_VARIANT;
for (const variant of variants.filter((v) => !wanted || v.name.includes(wanted))) {
  test(`found: ${variant.name}`, { timeout: 900_000 }, async (t) => {
    const random = seeded(seed);
    let found = [], seconds = variant.seconds ?? 4, figures;
    await broken(variant, async (set) => {
      for (let tried = 0; tried < enough && !found.some((f) => f.promise === variant.breaks); tried++, seconds *= 2) {
        set();
        ({ found, figures } = await play({ site, random, names: variant.evils, targets: variant.targets, seconds, most: variant.most ?? 1, counters: variant.counters, rest: 5, people: 4 }));
      }
    });
    const by = Object.entries(found.reduce((n, f) => ({ ...n, [f.promise]: (n[f.promise] ?? 0) + 1 }), {})).map(([p, n]) => `${p}: ${n}`).join(", ");
    const first = found.find((f) => f.promise === variant.breaks);
    t.diagnostic(`seed ${seed}, ${figures.acknowledged} writes, ${figures.looks} looks; ${by}; first: ${first?.what}`);
    assert.ok(first, `the judge did not notice; found ${by || "nothing"}: ${found.slice(0, 3).map((f) => f.what).join("; ")}`);
  });
}
