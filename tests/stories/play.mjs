// Plays one story for people to read: node play.mjs D1|D2|D5|D6|D8|D9. Ends with 0 only if every answer was the expected one.
import { close, viaGrpc } from "../lib/client.mjs";
import { Story } from "../lib/story.mjs";

const { title, play } = await import(`./${process.argv[2].toLowerCase()}.mjs`);
console.log(`${title}\n(${viaGrpc.name})`);
try {
  await play(new Story(viaGrpc, { out: (line) => console.log(line) }));
  console.log("\nEvery answer was as it should be.");
} catch (error) {
  console.log(`\nNot as it should be: ${error.message}`);
  process.exitCode = 1;
} finally {
  close();
}
