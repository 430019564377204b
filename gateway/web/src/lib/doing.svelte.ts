import { act } from "./api";

/** What a page reads, and what went wrong with it. What it shows stays while it is read anew. */
export class Loaded<T> {
  value = $state.raw<T | null>(null);
  failure = $state.raw<unknown>(null);
  private asked = 0;

  constructor(private readonly read: () => Promise<T>) {}

  /** What was asked before and comes later is not shown. */
  load = async (): Promise<void> => {
    const mine = ++this.asked;
    this.failure = null;
    try {
      const value = await this.read();
      if (mine === this.asked) this.value = value;
    } catch (thrown) {
      if (mine === this.asked) this.failure = thrown;
    }
  };

  /** What an act answered, which is newer than whatever was asked before. */
  take(value: T): void {
    this.asked++;
    this.value = value;
  }
}

/** The acts of a page: which form is open, what was done, what was refused. After each the page is read anew. */
export class Doing {
  /** The form that is open; "" for none. */
  open = $state("");
  said = $state("");
  refused = $state.raw<unknown>(null);
  busy = $state(false);

  constructor(private readonly load: () => Promise<unknown>) {}

  show(form: string): void {
    [this.open, this.said, this.refused] = [form, "", null];
  }

  close = (): void => {
    this.open = "";
  };

  done = async (text: string): Promise<void> => {
    [this.open, this.refused] = ["", null];
    await this.load();
    this.said = text;
  };

  notNow = (thrown: unknown): void => {
    [this.open, this.said, this.refused] = ["", "", thrown];
    void this.load();
  };

  /** An act by one press. */
  async now(text: string, send: (requestId: string) => Promise<unknown>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      await act(send);
      await this.done(text);
    } catch (thrown) {
      this.notNow(thrown);
    } finally {
      this.busy = false;
    }
  }
}
