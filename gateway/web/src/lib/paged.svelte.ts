/** A list that is read page by page. */
export class Paged<T> {
  lines = $state.raw<T[]>([]);
  token = $state("");
  busy = $state(true);
  failure = $state.raw<unknown>(null);
  private asked = 0;

  constructor(private readonly read: (pageToken: string) => Promise<{ lines: T[]; token: string }>) {}

  /** From its beginning. What was asked before and comes later is not shown. */
  async load(): Promise<void> {
    await this.next("");
  }

  async more(): Promise<void> {
    await this.next(this.token);
  }

  private async next(token: string): Promise<void> {
    const mine = ++this.asked;
    this.busy = true;
    this.failure = null;
    try {
      const page = await this.read(token);
      if (mine !== this.asked) return;
      this.lines = token ? [...this.lines, ...page.lines] : page.lines;
      this.token = page.token;
    } catch (thrown) {
      if (mine === this.asked) this.failure = thrown;
    } finally {
      if (mine === this.asked) this.busy = false;
    }
  }
}
