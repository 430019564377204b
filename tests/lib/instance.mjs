// A running instance, as tests and stories see it: its directory, ports, certificates. From the same environment
// variables as deploy/local/up (deploy/local/lib/common.sh says which).
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const run = process.env.BROBYGGER_RUN ?? join(root, "deploy/local/run");
export const build = process.env.BROBYGGER_BUILD ?? join(root, "build/release");
const base = Number(process.env.BROBYGGER_PORT_BASE ?? 7100);

const services = ["consent", "dropin", "housing", "clinic"];
export const ports = { ...Object.fromEntries(services.map((name, i) => [name, base + i])), gateway: base + 1343, issuer: base + 1344 };
export const gateway = `https://localhost:${ports.gateway}`;
export const issuer = `https://localhost:${ports.issuer}`;

// Which process serves a gRPC service.
export function serverOf(service) {
  if (/^brobygger\.(consent|registry|ledger)\./.test(service)) return "consent";
  const name = service.split(".")[1];
  if (!(name in ports)) throw new Error(`no process serves ${service}`);
  return name;
}

export function text(path) {
  const full = join(run, path);
  if (!existsSync(full)) throw new Error(`${full} is missing: is the instance up? (deploy/local/up)`);
  return readFileSync(full, "utf8");
}

export const ca = () => text("pki/ca.pem");

// The certificate and key of a peer: "gateway", "system/perron-4", …
export const identity = (peer) => ({ cert: text(`pki/${peer}/current/cert.pem`), key: text(`pki/${peer}/current/key.pem`) });

export const accounts = () => JSON.parse(readFileSync(join(process.env.BROBYGGER_DEMO ?? join(root, "deploy/local/demo"), "accounts.json"), "utf8"));
