// A story: calls in order, each with who asks, what is expected, and what came back. The same story is played for people to
// read (deploy/local/story) and by the tests, over either client.
import assert from "node:assert/strict";
import { accounts } from "./instance.mjs";

const label = (as) => {
  if (as.startsWith("system:")) return `the system of agencies/${as.slice(7)}`;
  if (as.startsWith("citizen:")) return "The citizen, by their own login";
  return accounts().accounts.find((a) => a.id === as)?.label_en ?? as;
};

const outcome = (answer) => (answer.code === "OK" ? "OK" : `${answer.code} ${answer.reason}${(answer.violations ?? []).map((v) => `, ${v.field}: ${v.want}`).join("")}`);

export class Story {
  // client: viaGrpc or viaGateway. run(title, work): plays one step, by default at once. out(line): where lines go.
  constructor(client, { run = (_, work) => work(), out = () => {} } = {}) {
    this.client = client;
    this.run = run;
    this.out = out;
  }

  chapter(text) {
    this.out("");
    this.out(text);
  }

  // What has to be there for the story and is no part of it: one call that is not shown and has to succeed.
  async quietly(as, method, request) {
    const answer = await this.client.call({ method, as, request });
    assert.equal(answer.code, "OK", `${method} as ${as}: ${outcome(answer)} "${answer.message ?? ""}"`);
    return answer.response;
  }

  // One step. `title` says what happens, in a sentence. `wanted` is "OK" or "CODE REASON". `check(response)` asserts on the
  // answer and may return lines to show. Returns the response, or the refusal.
  async step({ as, method, request, onBehalfOf, title, wanted = "OK", check }) {
    let result;
    await this.run(title, async () => {
      const answer = await this.client.call({ method, as, request, onBehalfOf });
      const short = method.replace(/^brobygger\.(\w+)\.v1\./, "");
      this.out("");
      this.out(`  ${title}`);
      this.out(`    ${label(as)}${onBehalfOf ? `, on behalf of ${label(onBehalfOf)}` : ""}`);
      this.out(`    asks     ${short}`);
      this.out(`    gets     ${outcome(answer)}${answer.code === "OK" ? "" : `: "${answer.message}"`}`);
      const got = answer.code === "OK" ? "OK" : `${answer.code} ${answer.reason}`;
      assert.equal(got, wanted, `${short} as ${as}: wanted ${wanted}, got ${outcome(answer)} "${answer.message ?? ""}"`);
      const lines = (await check?.(answer.response ?? answer)) ?? [];
      for (const line of [lines].flat()) this.out(`             ${line}`);
      result = answer.response ?? answer;
    });
    // Under a test runner a failed step does not throw; what follows would only fail for want of it.
    if (result === undefined) throw new Error(`the story stopped at: ${title}`);
    return result;
  }
}
