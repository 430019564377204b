// A road between two processes is cut, falls silent, is slow, or loses everything there or back; nothing tells the two.
export const name = "cut";
export const roads = true;
export async function start(site, target, random) {
  const mode = random.one(site.network.modes);
  const road = site.network.roads.find((r) => r.name === target);
  await road.set(mode);
  return {
    what: `the road from ${target} is ${mode}`,
    async stop() {
      if (["silent", "deaf", "mute"].includes(mode) && random.real(0, 1) < 0.5) await road.set("cut");  // what waited is lost, or arrives late
      await road.set("open");
    },
  };
}
