// The roads between the processes of the instance. Each leads through the middle (middle.mjs), where it is cut, falls silent or becomes slow.
//
// Where this process has a network of its own (BROBYGGER_NETWORK=own; tests/fire/run makes one), the middle is in another one, at the end of
// a wire, and what comes off the wire there can be lost: the questions of one who asks, the answers of one who is asked, or both. Nobody is
// told; their kernels send it again and again.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Road } from "./road.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const wire = "brobygger";

export class Network {
  modes = Road.modes;
  listen = "127.0.0.1";  // where processes have to listen so that the middle finds them
  roads = [];            // { name, from, to, host, port, set(mode) }: who asks `to` over this road asks at host:port
  why;                   // why nothing can be lost on the way, if so
  #middle;
  #last = Promise.resolve();

  // `between`: [[from, to, port of to], …]; `first`: ports from here on are free, for roads without a wire.
  static async make(between, first) {
    const network = new Network();
    try {
      await network.#make(between, first);
    } catch (error) {
      await network.close();
      throw error;
    }
    return network;
  }

  async #make(between, first) {
    const own = process.env.BROBYGGER_NETWORK === "own", middle = [process.execPath, join(here, "middle.mjs")];
    const [program, ...rest] = own ? ["unshare", "--net", ...middle] : middle;
    this.#middle = spawn(program, rest, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    await this.#heard();
    if (own) await this.#wire(between.length);
    else this.why = "this is no network of its own (only root can make one)";
    for (const [i, [from, to, port]] of between.entries()) {
      // On the wire a road has four addresses: one who asks (.1) asks at .2; from .6 it goes on to .5, where it is answered.
      const road = own ? { at: { host: `10.77.${i}.2`, port }, to: { host: `10.77.${i}.5`, port }, ends: [`10.77.${i}.2`, `10.77.${i}.6`] }
        : { at: { host: "127.0.0.1", port: first + i }, to: { host: "127.0.0.1", port } };
      await this.#tell({ act: "road", i, ...road });
      this.roads.push({ name: `${from} to ${to}`, from, to, ...road.at, set: (mode) => this.#tell({ act: "mode", i, mode }) });
    }
  }

  async #wire(roads) {
    const side = (...last) => [...Array.from({ length: roads }, (_, i) => last.map((n) => `address add 10.77.${i}.${n}/30 dev ${wire}`)).flat(), "link set lo up", `link set ${wire} up`];
    for (const command of [`link add ${wire} type veth peer name ${wire} netns ${this.#middle.pid}`, ...side(1, 5)]) execFileSync("ip", command.split(" "), { stdio: ["ignore", "ignore", "pipe"] });
    await this.#tell({ act: "wire", commands: side(2, 6) });
    this.modes = [...this.modes, "lost", "lost there", "lost back"];
    this.listen = "0.0.0.0";
  }

  // One at a time; the middle answers each.
  #tell(what) {
    const told = this.#last.then(() => { this.#middle.send(what); return this.#heard(); });
    this.#last = told.catch(() => {});
    return told;
  }
  async #heard() {
    const done = new AbortController(), { signal } = done;
    const ended = once(this.#middle, "exit", { signal }).then(([code]) => { throw new Error(`the middle of the network has ended (${code})`); });
    const [{ error }] = await Promise.race([once(this.#middle, "message", { signal }), ended]).finally(() => done.abort());
    if (error) throw new Error(`the middle of the network: ${error}`);
  }

  // Resolves when the middle and its network are gone.
  async close() {
    const middle = this.#middle;
    if (!middle || middle.exitCode !== null || middle.signalCode !== null) return;
    const gone = once(middle, "exit");
    if (middle.connected) middle.disconnect();
    await gone;
  }
}
