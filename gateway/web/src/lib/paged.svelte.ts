/** A list that is read page by page. */
export class Paged<T> {
  lines = $state.raw<T[]>([]);
  token = $state("");
  busy = $state(true);
  failure = $state.raw<unknown>(null);
  private asked = 0;

  constructor(private readonly read: (pageToken: string) => Promise<{ lines: T[]; token: string }>) {}

  /** From its beginning. What was asked before and comes later is not shown. Says whether this was answered and nothing newer was asked. */
  load(): Promise<boolean> {
    return this.next("");
  }

  more(): Promise<boolean> {
    return this.next(this.token);
  }

  /** What is still under way is nobody's any more. */
  drop(): void {
    this.asked++;
    [this.busy, this.failure] = [false, null];
  }

  private async next(token: string): Promise<boolean> {
    const mine = ++this.asked;
    this.busy = true;
    this.failure = null;
    try {
      const page = await this.read(token);
      if (mine !== this.asked) return false;
      this.lines = token ? [...this.lines, ...page.lines] : page.lines;
      this.token = page.token;
      return true;
    } catch (thrown) {
      if (mine === this.asked) this.failure = thrown;
      return false;
    } finally {
      if (mine === this.asked) this.busy = false;
    }
  }
}
