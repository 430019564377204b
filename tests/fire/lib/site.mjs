// The instance, prepared for the fire: its processes carry the faults of fault.cc, the roads between them lead through a network of ours, and
// both stores lie on small disks of their own. Everything is put back by restore().
import { execFile, execFileSync } from "node:child_process";
import { closeSync, cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, statfsSync, statSync, symlinkSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { viaGateway, viaGrpc } from "../../lib/client.mjs";
import { ports } from "../../lib/instance.mjs";
import { date, requestId, strangerReference } from "../../lib/values.mjs";
import { agreed, build, home, long, root, run, service, sleep, within } from "../../faults/lib/world.mjs";
import { Network } from "./network.mjs";

const exec = promisify(execFile);
export const stores = ["redis-trust", "redis-records"], services = Object.keys(ports).filter((name) => !["gateway", "issuer"].includes(name));
export const everything = [...stores, ...services, "gateway"];
const roads = [...services.map((name) => ["gateway", name]), ...services.filter((name) => name !== "consent").map((name) => [name, "consent"])];
const firstRoad = ports.consent + 400;
const diskBytes = (long ? 8 : 3) * 2 ** 30;  // of memory, and only as far as it is used; looks stop when less than one GB is free

export class Site {
  disks = new Map();       // store -> where its disk is mounted
  why = new Map();         // what is not possible here -> why
  #control = join(run, "fire");
  #configs = new Map();    // file -> what stood in it

  static async prepare() {
    const site = new Site();
    try {
      await site.#prepare();
    } catch (error) {
      await site.restore().catch(() => {});
      throw error;
    }
    return site;
  }

  async #prepare() {
    const library = join(build, "tests/fire/libbrobygger-fault.so");
    if (!existsSync(library)) throw new Error(`${library} is not built`);
    this.env = { ...process.env, LD_PRELOAD: library, BROBYGGER_FIRE: this.#control };
    await this.act("stop", ...[...everything].reverse());
    rmSync(this.#control, { recursive: true, force: true });
    mkdirSync(this.#control, { recursive: true });
    for (const name of stores) writeFileSync(join(this.#control, name), Buffer.alloc(24));
    for (const store of stores) this.#mount(store);
    for (const store of stores) {
      for (const file of this.logs(store)) this.#note(store, file, statSync(join(this.#data(store), "appendonlydir", file)).size);
    }
    this.network = await Network.make(roads.map(([from, to]) => [from, to, ports[to]]), firstRoad);
    if (this.network.why) this.why.set("loss on the roads", this.network.why);
    for (const name of services) this.#change(name, `listen: "127.0.0.1:${ports[name]}"`, `listen: "${this.network.listen}:${ports[name]}"`);
    for (const { from, to, host, port } of this.network.roads) this.#change(from, `target: "localhost:${ports[to]}"`, `target: "${host}:${port}"`);
    await this.start(...everything);
  }

  async restore() {
    await this.act("stop", ...[...everything].reverse());
    for (const [config, text] of this.#configs) writeFileSync(config, text);
    await this.network?.close();
    for (const [store, disk] of this.disks) {
      const data = this.#data(store);
      rmSync(data);
      cpSync(join(disk, "data"), data, { recursive: true });
      execFileSync("umount", [disk]);
      rmSync(disk, { recursive: true });
    }
    rmSync(this.#control, { recursive: true, force: true });
    this.env = process.env;
    await this.start(...everything);
  }

  #change(name, from, to) {
    const config = join(run, `config/${name}.textproto`), text = readFileSync(config, "utf8");
    if (!this.#configs.has(config)) this.#configs.set(config, text);
    if (!text.includes(from)) throw new Error(`${config} does not hold ${from}`);
    writeFileSync(config, text.replaceAll(from, to));
  }

  // deploy/local/process, on processes that carry the faults.
  async act(...arguments_) {
    const { stdout } = await exec(join(root, "deploy/local/process"), arguments_, { env: this.env, maxBuffer: 1 << 22 });
    return stdout.trim();
  }
  // Starts these, stores first, as often as it takes: what it needs may just be coming back.
  async start(...names) {
    for (const group of [stores, services, ["gateway"]]) {
      const of = group.filter((name) => names.includes(name));
      for (let left = 3; of.length > 0; left--) {
        try { await this.act("start", ...of); break; } catch (error) { if (left === 0) throw error; }
      }
    }
  }

  pid(name) {
    const [pid] = readFileSync(join(run, "process", name), "utf8").split(" ");
    return Number(pid);
  }
  alive(name) { try { return readFileSync(`/proc/${this.pid(name)}/cmdline`).length > 0; } catch { return false; } }
  signal(name, signal) { if (this.alive(name)) process.kill(this.pid(name), signal); }
  async kill(name) {
    this.signal(name, "SIGKILL");
    await within(5000, () => !this.alive(name), 2);
  }

  // What fault.cc reads: { clockAheadMs, syncTakesMs, syncLies }.
  fault(store, { clockAheadMs = 0, syncTakesMs = 0, syncLies = 0 } = {}) {
    const bytes = Buffer.alloc(24);
    [clockAheadMs, syncTakesMs, syncLies].forEach((value, i) => bytes.writeBigInt64LE(BigInt(value), 8 * i));
    const file = openSync(join(this.#control, store), "r+");
    writeSync(file, bytes, 0, bytes.length, 0);
    closeSync(file);
  }

  // The append-only files that a store adds to, and how much of one was synced.
  logs(store) { return readdirSync(join(this.#data(store), "appendonlydir")).filter((name) => name.includes(".incr.aof")); }
  log(store, file) { return join(this.#data(store), "appendonlydir", file); }
  synced(store, file) { try { return Number(readFileSync(join(this.#control, `${store}.${file}`)).readBigInt64LE(0)); } catch { return 0; } }
  #note(store, file, size) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(size));
    writeFileSync(join(this.#control, `${store}.${file}`), bytes);
  }
  #data(store) { return join(run, store, "data"); }

  // Moves a store's data to a disk of its own, in memory; only root can.
  #mount(store) {
    const data = this.#data(store);
    if (process.getuid() !== 0) { this.why.set("disk", "only root can mount a small disk"); return; }
    if (lstatSync(data).isSymbolicLink()) throw new Error(`${data} is on a disk of an earlier fire that did not end`);
    const disk = mkdtempSync(join(tmpdir(), "brobygger-disk-"));
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", `size=${diskBytes}`, "brobygger-fire", disk], { stdio: "pipe" });
    } catch (error) {
      rmSync(disk, { recursive: true });
      this.why.set("disk", `no disk can be mounted here: ${error.stderr}`);
      return;
    }
    cpSync(data, join(disk, "data"), { recursive: true });
    rmSync(data, { recursive: true });
    symlinkSync(join(disk, "data"), data);
    this.disks.set(store, disk);
  }
  // The disk of a store is made so small that this many bytes are left; and as large as it was. Costs no memory.
  fill(store, left) {
    const disk = this.disks.get(store);
    for (let tries = 20; ; tries--) {
      const { blocks, bfree, bsize } = statfsSync(disk);
      try { return this.#resize(disk, (blocks - bfree) * bsize + left); } catch (error) { if (tries === 0) throw error; }  // it has written meanwhile
    }
  }
  empty(store) { this.#resize(this.disks.get(store), diskBytes); }
  #resize(disk, bytes) { execFileSync("mount", ["-o", `remount,size=${Math.max(4096, bytes)}`, disk], { stdio: "pipe" }); }

  // One call through every process, each of its connections to a store and each road; a refusal for want of a yes is an answer, and so is that nobody
  // is there.
  async whole() {
    const ask = (client, as, method, request) => client.call({ as, method, request, timeout: 4000 }).catch((error) => ({ code: "UNAVAILABLE", message: `${error}` }));
    const stranger = strangerReference(), door = { citizen: stranger, purpose: home, categories: agreed };
    const counted = { date: date(-31), part_of_day: "PART_OF_DAY_EVENING", add_visitors: 0, request_id: requestId() };
    const answers = await Promise.all([
      ask(viaGrpc, "boligenhed-1", `${service.dropin}/GetCitizenFile`, { ...door, holder: "agencies/perron-4" }),
      ask(viaGrpc, "perron-4-1", `${service.housing}/GetCitizenFile`, { ...door, holder: "agencies/boligenhed" }),
      ask(viaGrpc, "boligenhed-1", `${service.card}/GetCitizenFile`, { ...door, holder: "agencies/perron-4" }),
      ask(viaGateway, "perron-4-1", `${service.card}/GetCitizenCard`, { citizen: stranger }),
      ask(viaGateway, "boligenhed-1", `${service.housing}/ListScreenings`, { citizen: stranger }),
      ask(viaGateway, "perron-4-1", `${service.dropin}/RecordVisitTally`, counted),
      ask(viaGrpc, "perron-4-1", `${service.consent}/ListIncomingConsents`, {}),
    ]);
    this.missing = answers.map((a, i) => [a, i]).filter(([a]) => !(["OK", "NOT_FOUND"].includes(a.code) || a.reason === "CONSENT_REQUIRED")).map(([a, i]) => `call ${i}: ${a.code} ${a.reason ?? ""}`);
    return this.missing.length === 0;
  }
}
export { sleep };
