// Clients that are slow or dead: connections on which nobody speaks, that stop in the middle of a handshake, that ask and never read.
import http2 from "node:http2";
import net from "node:net";
import { tokenOf } from "../../lib/client.mjs";
import { bytesOf, messageOf, methodOf } from "../../lib/contracts.mjs";
import { identity, ca, ports } from "../../lib/instance.mjs";
import { strangerReference } from "../../lib/values.mjs";
import { agreed, home, service } from "../../faults/lib/world.mjs";
import { services } from "../lib/site.mjs";

export const name = "crowd";
export const targets = [...services, "gateway"];
const connections = 30, looks = 40;

// Never reads: its windows are closed from the start.
async function reader(of) {
  const { cert, key } = identity("system/boligenhed");
  const client = http2.connect(`https://127.0.0.1:${ports[of]}`, { ca: ca(), cert, key, servername: "localhost", ALPNProtocols: ["h2"], settings: { initialWindowSize: 0 }, checkServerIdentity: () => undefined });
  client.on("error", () => {});
  await new Promise((resolve) => { client.once("connect", resolve).once("error", resolve); });
  const { method } = methodOf(`${service.dropin}/GetCitizenFile`);
  const message = Buffer.from(bytesOf(method.input, messageOf(method.input, { citizen: strangerReference(), holder: "agencies/perron-4", purpose: home, categories: agreed })));
  const authorization = `Bearer ${await tokenOf("boligenhed-1")}`;
  for (let i = 0; i < looks && !client.destroyed; i++) {
    const stream = client.request({ ":method": "POST", ":path": `/${service.dropin}/GetCitizenFile`, "content-type": "application/grpc", te: "trailers", "grpc-timeout": "5S", authorization });
    stream.on("error", () => {});
    stream.end(Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]));
  }
  return client;
}

export async function start(site, target, random) {
  const open = [];
  for (let i = 0; i < connections; i++) {
    const socket = net.connect(ports[target], "127.0.0.1");
    socket.on("error", () => {});
    // The beginning of a TLS record that never comes to its end.
    if (i % 2) socket.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]));
    open.push(socket);
  }
  if (target === "dropin") open.push(await reader(target));
  return { what: `${connections} dead clients at ${target}`, stop: async () => open.forEach((one) => one.destroy()) };
}
