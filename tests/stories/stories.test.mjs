// Every story, over both clients, against the running instance; each step is a test of its own.
import { after, test } from "node:test";
import { close, viaGateway, viaGrpc } from "../lib/client.mjs";
import { Story } from "../lib/story.mjs";

const stories = await Promise.all(["d1", "d2", "d5", "d6", "d8", "d9", "rights"].map((name) => import(`./${name}.mjs`)));

for (const client of [viaGrpc, viaGateway]) {
  for (const { title, play } of stories) {
    test(`${title}, ${client.name}`, { timeout: 600_000 }, async (t) => {
      await play(new Story(client, { run: (name, work) => t.test(name, work) }));
    });
  }
}
after(close);
