// A small client of one Redis of the instance, as its administrator: what the tests need to read stores byte by byte.
import { createConnection } from "node:net";
import { join } from "node:path";
import { run, text } from "../../lib/instance.mjs";

const crlf = Buffer.from("\r\n");

// One reply at `at` of the buffer: { value, next }, or undefined if it is not complete.
function parse(buffer, at) {
  const end = buffer.indexOf(crlf, at);
  if (end < 0) return undefined;
  const line = buffer.toString("latin1", at + 1, end);
  const after = end + 2;
  switch (String.fromCharCode(buffer[at])) {
    case "+": return { value: line, next: after };
    case "-": return { value: new Error(line), next: after };
    case ":": return { value: Number(line), next: after };
    case "$": {
      const length = Number(line);
      if (length < 0) return { value: null, next: after };
      if (buffer.length < after + length + 2) return undefined;
      return { value: buffer.subarray(after, after + length), next: after + length + 2 };
    }
    case "*": {
      const list = [];
      let next = after;
      for (let i = 0; i < Number(line); i++) {
        const element = parse(buffer, next);
        if (!element) return undefined;
        list.push(element.value);
        next = element.next;
      }
      return { value: list, next };
    }
    default: throw new Error(`no RESP: ${line}`);
  }
}

export class Resp {
  #socket;
  #waiting = [];
  #chunks = [];
  #size = 0;

  // store: "records" or "trust".
  static async connect(store) {
    const client = new Resp();
    client.#socket = createConnection(join(run, `redis-${store}/redis.sock`));
    await new Promise((resolve, reject) => client.#socket.once("connect", resolve).once("error", reject));
    client.#socket.on("data", (chunk) => client.#take(chunk));
    client.#socket.on("close", () => client.#waiting.splice(0).forEach(({ reject }) => reject(new Error("Redis closed the connection"))));
    client.#socket.on("error", () => {});
    await client.call("AUTH", "admin", text(`redis-${store}/admin.password`));
    return client;
  }

  #take(chunk) {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    let buffer = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#size);
    let at = 0;
    for (let reply; at < buffer.length && (reply = parse(buffer, at)); at = reply.next) {
      const { resolve, reject } = this.#waiting.shift();
      if (reply.value instanceof Error) reject(reply.value);
      else resolve(reply.value);
    }
    buffer = buffer.subarray(at);
    this.#chunks = buffer.length ? [buffer] : [];
    this.#size = buffer.length;
  }

  // Bulk replies come as Buffers.
  call(...argv) {
    const parts = [Buffer.from(`*${argv.length}\r\n`)];
    for (const argument of argv) {
      const bytes = Buffer.isBuffer(argument) ? argument : Buffer.from(String(argument));
      parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, crlf);
    }
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(new Error("Redis has closed the connection"));
      this.#waiting.push({ resolve, reject });
      this.#socket.write(Buffer.concat(parts));
    });
  }

  close() { this.#socket.destroy(); }
}
