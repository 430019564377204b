// D9, the house decides, and the house closes: what users of a drop-in centre run themselves, and how they look out for one another.
import { play as decides } from "./d9a.mjs";
import { play as opens } from "./d9b.mjs";
import { play as closes } from "./d9c.mjs";

export const title = "D9 · The house decides, and the house closes";

export async function play(story) {
  await decides(story);
  await opens(story);
  await closes(story);
}
