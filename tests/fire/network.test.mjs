// The network of the fire does what it says: each mode of a road, on a connection that is there and on a new one, and what becomes of it afterwards.
import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { after, afterEach, before, test } from "node:test";
import { ports } from "../lib/instance.mjs";
import { sleep, within } from "../faults/lib/world.mjs";
import { Network } from "./lib/network.mjs";

const first = ports.consent + 400, patience = 60_000, moment = 600;
let network, server, heard = "";
before(async () => {
  server = net.createServer((socket) => socket.on("error", () => {}).on("data", (data) => { heard += data; socket.write(data); }));
  server.listen(first + 90, "0.0.0.0");
  await once(server, "listening");
  network = await Network.make([["one", "echo", first + 90], ["other", "echo", first + 90]], first);
});
after(async () => {
  await network?.close();
  server.close();
});

// A client of the echo over a road.
const open = [];
afterEach(() => { for (const socket of open.splice(0)) socket.destroy(); });
function client(road) {
  const { host, port } = road, socket = net.connect({ host, port, noDelay: true }), one = { socket, answers: "", ended: false, there: false };
  socket.on("data", (data) => { one.answers += data; }).on("error", () => {}).on("close", () => { one.ended = true; }).on("connect", () => { one.there = true; });
  open.push(socket);
  return one;
}
const asks = async (one, what) => { one.socket.write(what); return within(moment, async () => one.answers.includes(what)); };
// What is to come gets all the time that it needs; what must not come, a moment to come in.
const comes = async (wanted, what) => (wanted ? within(patience, async () => what()) : (await sleep(moment), what()));

// What becomes of a question that is asked then. arrives, answered: at once, in spite of it. late: when the road is open again. ends: the connection
// does. unreachable: nobody else can connect.
const expected = {
  cut: { ends: true },
  silent: { late: true },
  deaf: { late: true },
  mute: { arrives: true, late: true },
  slow: { arrives: true, answered: true },
  lost: { late: true, unreachable: true },
  "lost there": { late: true, unreachable: true },
  "lost back": { arrives: true, late: true },
};
for (const [mode, { arrives = false, answered = false, late = false, ends = false, unreachable = false }] of Object.entries(expected)) {
  test(`a road that is ${mode}`, async (t) => {
    if (!network.modes.includes(mode)) return t.skip(network.why);
    const [road, other] = network.roads;
    const one = client(road), beside = client(other);
    assert.ok(await within(patience, async () => one.there && beside.there), "no connection to begin with");
    await road.set(mode);
    const question = `${mode}, said;`;
    one.socket.write(question);
    assert.equal(await comes(arrives, () => heard.includes(question)), arrives, "arrived");
    assert.equal(await comes(answered, () => one.answers.includes(question)), answered, "answered");
    assert.equal(await comes(ends, () => one.ended), ends, "ended");
    const another = client(road);
    assert.ok(await within(patience, () => asks(beside, `beside ${mode};`)), "the other road is another one");
    assert.equal(await comes(!unreachable, () => another.there), !unreachable, "a new connection");
    await road.set("open");
    if (late) assert.ok(await within(patience, async () => one.answers.includes(question)), "what was said came in the end");
    const then = client(road);
    assert.ok(await within(patience, () => asks(then, `after ${mode};`)), "open again");
  });
}
