// What lies between the processes of the instance: a process of its own, which network.mjs starts and tells what to do, in a network of
// its own where it can be. It ends with its parent, and what it has of a network ends with it.
import { execFileSync } from "node:child_process";
import { Road } from "./road.mjs";

const ip = (command) => execFileSync("ip", command.split(" "), { stdio: ["ignore", "ignore", "pipe"] });
const roads = [];  // { road, ends: where questions and where answers come off the wire, if there is one; dropped: modes of loss at each }
const losses = [["lost", "lost there"], ["lost", "lost back"]];

const acts = {
  // An end of the wire. The rule that finds addresses of this side comes after those that drop what arrives for one.
  wire: ({ commands }) => { for (const command of [...commands, "rule add pref 32000 lookup local", "rule del pref 0"]) ip(command); },
  async road({ i, at, to, ends = [] }) { roads[i] = { road: await Road.between(at, to), ends, dropped: [] }; },
  mode({ i, mode }) {
    const { road, ends, dropped } = roads[i];
    ends.forEach((end, k) => {
      const drop = losses[k].includes(mode);
      if (drop && !dropped[k]) ip(`rule add pref ${100 + 2 * i + k} to ${end} blackhole`);
      if (!drop && dropped[k]) ip(`rule del pref ${100 + 2 * i + k}`);
      dropped[k] = drop;
    });
    road.set(losses.flat().includes(mode) ? "open" : mode);
  },
};

process.on("message", async ({ act, ...what }) => {
  try {
    await acts[act](what);
    process.send({});
  } catch (error) {
    process.send({ error: error.message });
  }
});
process.on("disconnect", () => process.exit());
process.send({});
