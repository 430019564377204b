// What the issuer remembers (sessions, codes, refresh tokens), in memory and in one file, so that who is signed in stays
// signed in over a restart. For one machine; a municipality brings its own issuer.
import { readFileSync, renameSync, writeFileSync } from "node:fs";

// Makes the adapter class that oidc-provider wants, over one file.
export function fileStore(path) {
  let records = new Map();
  try {
    records = new Map(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  let timer;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    const now = Date.now();
    for (const [key, record] of records) if (record.expires < now) records.delete(key);
    writeFileSync(`${path}.new`, JSON.stringify([...records]), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  };
  const changed = () => {
    timer ??= setTimeout(flush, 100);
  };
  const live = (key) => {
    const record = records.get(key);
    return record && record.expires >= Date.now() ? record.payload : undefined;
  };

  class Adapter {
    constructor(name) {
      this.name = name;
    }
    key(id) {
      return `${this.name}:${id}`;
    }
    async upsert(id, payload, expiresIn) {
      const expires = expiresIn ? Date.now() + expiresIn * 1000 : Number.MAX_SAFE_INTEGER;
      records.set(this.key(id), { payload, expires });
      changed();
    }
    async find(id) {
      return live(this.key(id));
    }
    async findByUid(uid) {
      return this.first((p) => p.uid === uid);
    }
    async findByUserCode(code) {
      return this.first((p) => p.userCode === code);
    }
    first(matches) {
      for (const key of records.keys()) {
        const payload = key.startsWith(`${this.name}:`) ? live(key) : undefined;
        if (payload && matches(payload)) return payload;
      }
      return undefined;
    }
    async consume(id) {
      const payload = live(this.key(id));
      if (payload) payload.consumed = Math.floor(Date.now() / 1000);
      changed();
    }
    async destroy(id) {
      records.delete(this.key(id));
      changed();
    }
    async revokeByGrantId(grantId) {
      for (const [key, record] of records) if (record.payload.grantId === grantId) records.delete(key);
      changed();
    }
  }
  return { Adapter, flush };
}
