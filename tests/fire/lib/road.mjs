// One place on a road between two processes, where it can be cut, fall silent in one or both directions, or become slow.
import net from "node:net";

export class Road {
  mode = "open";   // open, or one of Road.modes
  static modes = ["cut", "silent", "deaf", "mute", "slow"];  // deaf: questions do not arrive; mute: answers do not
  #pairs = new Set();

  // `at`, `to`: { host, port }.
  static async between(at, to) {
    const road = new Road(), server = net.createServer({ pauseOnConnect: true }, (near) => road.#open(near, to));
    await new Promise((resolve, reject) => server.once("error", reject).listen(at, resolve));
    return road;
  }

  #open(near, to) {
    if (this.mode === "cut") return near.destroy();
    const far = net.connect(to);
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
}
