// A road between two processes is cut, falls silent, or is slow; nothing tells the two.
export const name = "cut";
export const roads = true;
export async function start(site, target, random) {
  const mode = random.one(["cut", "silent", "deaf", "mute", "slow"]);
  const road = site.roads.find((r) => r.name === target);
  road.set(mode);
  return {
    what: `the road from ${target} is ${mode}`,
    async stop() {
      if (["silent", "deaf", "mute"].includes(mode) && random.real(0, 1) < 0.5) road.set("cut");  // what waited is lost, or arrives late
      road.set("open");
    },
  };
}
