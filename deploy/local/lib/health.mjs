// Waits until processes are healthy.
//
//   node health.mjs <ca.pem> <seconds> name=address=pidfile…
//
// address: grpc://host:port (grpc.health.v1 without TLS), http(s)://… (status 200). Ends with 0 when all are, with 1 and the
// names of those that are not after the time, or as soon as one of them has died. With 0 seconds it asks once.
import { existsSync, readFileSync } from "node:fs";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";

const [caFile, seconds, ...targets] = process.argv.slice(2);

// An empty HealthCheckRequest, framed; SERVING is status = 1: bytes 08 01.
function grpcHealthy(address) {
  return new Promise((resolve) => {
    const session = http2.connect(address.replace("grpc:", "http:"));
    const done = (healthy) => {
      session.destroy();
      resolve(healthy);
    };
    session.on("error", () => done(false));
    const call = session.request({ ":method": "POST", ":path": "/grpc.health.v1.Health/Check", "content-type": "application/grpc", te: "trailers" });
    const chunks = [];
    call.setTimeout(2000, () => done(false));
    call.on("data", (chunk) => chunks.push(chunk));
    call.on("error", () => done(false));
    call.on("end", () => done(Buffer.concat(chunks).subarray(5).equals(Buffer.from([8, 1]))));
    call.end(Buffer.alloc(5));
  });
}

function httpHealthy(address) {
  return new Promise((resolve) => {
    const secure = address.startsWith("https:");
    const options = secure ? { ca: readFileSync(caFile) } : {};
    const call = (secure ? https : http).get(address, { ...options, timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call.on("timeout", () => call.destroy());
    call.on("error", () => resolve(false));
  });
}

// "pid birth stamp": alive while the pid has that birth and is no zombie.
function alive(pidFile) {
  if (!existsSync(pidFile)) return false;
  const [pid, birth] = readFileSync(pidFile, "utf8").split(" ");
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/.*\) /s, "").split(" ");
    return fields[19] === birth && fields[0] !== "Z";
  } catch {
    return false;
  }
}

const until = Date.now() + Number(seconds) * 1000;
let waiting = targets.map((target) => target.split("="));
for (;;) {
  const healthy = await Promise.all(waiting.map(([, address]) => (address.startsWith("grpc:") ? grpcHealthy(address) : httpHealthy(address))));
  waiting = waiting.filter((_, i) => !healthy[i]);
  if (waiting.length === 0) process.exit(0);
  const dead = waiting.filter(([, , pidFile]) => !alive(pidFile));
  if (dead.length || Date.now() >= until) {
    console.log((dead.length ? dead : waiting).map(([name]) => name).join(" "));
    process.exit(1);
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
}
