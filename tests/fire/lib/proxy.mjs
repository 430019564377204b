// A road between two processes that can be cut, fall silent in one or both directions, or become slow.
import net from "node:net";

export class Road {
  mode = "open";   // open | cut | silent | deaf (questions do not arrive) | mute (answers do not) | slow
  #pairs = new Set();
  #server;

  static async between(from, to, port, target) {
    const road = new Road();
    road.name = `${from} to ${to}`;
    road.port = port;
    road.#server = net.createServer({ pauseOnConnect: true }, (near) => road.#open(near, target));
    await new Promise((resolve, reject) => road.#server.once("error", reject).listen(port, "127.0.0.1", resolve));
    return road;
  }

  #open(near, target) {
    if (this.mode === "cut") return near.destroy();
    const far = net.connect(target, "127.0.0.1");
    const pair = { near, far };
    this.#pairs.add(pair);
    const end = () => { near.destroy(); far.destroy(); this.#pairs.delete(pair); };
    for (const [socket, other] of [[near, far], [far, near]]) {
      socket.setNoDelay(true);
      socket.on("error", end).on("close", end);
      socket.on("data", (chunk) => {
        if (this.mode === "slow") setTimeout(() => other.destroyed || other.write(chunk), 150);  // of equal length, so in order
        else if (!other.write(chunk)) { socket.pause(); other.once("drain", () => this.#flow(pair)); }
      });
    }
    this.#flow(pair);
  }

  #flow({ near, far }) {
    if (["silent", "deaf"].includes(this.mode)) near.pause(); else near.resume();
    if (["silent", "mute"].includes(this.mode)) far.pause(); else far.resume();
  }

  set(mode) {
    this.mode = mode;
    for (const pair of [...this.#pairs]) {
      if (mode === "cut") { pair.near.destroy(); pair.far.destroy(); }
      else this.#flow(pair);
    }
  }

  async close() {
    this.set("cut");
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
