/** A consent text made ready for one page: headings, paragraphs in sentences, tick lines. */
export interface Block {
  kind: "heading" | "paragraph" | "ticks" | "small";
  /** One sentence each, so that they can be read aloud and shown one to a line. */
  sentences: Part[][];
}

export interface Part {
  text: string;
  bold: boolean;
}

/** What stands in the text's gaps. A list fills name_1, name_2 …; a word that is not given leaves a line to write on. */
export interface Gaps {
  words: Record<string, string>;
  lists: Record<string, string[]>;
  conditions: Record<string, boolean>;
}

/** Words that stand in a text only if they are known: what is empty here leaves a line to write on. */
export function known(words: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(words).filter(([, word]) => word !== ""));
}

/** A telephone number stays on one line. */
export function unbroken(text: string): string {
  return text.replaceAll(/(?<=\d) (?=\d)/g, "\u00a0");
}

const blank = "____________________";

/**
 * Fills the gaps of a text: {word}; {word_2} from a list, empty past its end; {, word_2} with what stands before it, or nothing;
 * {condition: words} shown only if it holds. The citizen's own words come from a person and are put in as they are.
 */
export function fillGaps(body: string, gaps: Gaps): string {
  const valueOf = (name: string): string | undefined => {
    const numbered = /^(.+)_(\d+)$/.exec(name);
    const list = numbered ? gaps.lists[numbered[1] ?? ""] : undefined;
    if (list) return list[Number(numbered?.[2]) - 1] ?? "";
    const whole = gaps.lists[name];
    return whole ? whole.join(", ") : gaps.words[name];
  };
  return body
    .split("\n")
    .map((line) => {
      // A line of ticks for the numbers of a list gets one tick for each of the list, however many the text foresaw.
      const name = /☐\s*\{([\p{L}_]+)_1\}/u.exec(line)?.[1];
      const list = name ? gaps.lists[name] : undefined;
      return list ? list.map((entry) => `☐ ${entry}`).join(" ") : line;
    })
    .join("\n")
    .replace(/\{(\w+):\s*([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}/gu, (_, name: string, text: string) => (gaps.conditions[name] ? text : ""))
    .replace(/\{([^\p{L}\d{}]*)([\p{L}\d_]+)\}/gu, (_, before: string, name: string) => {
      const value = valueOf(name);
      if (value === undefined) return before + blank;
      return value === "" ? "" : before + value;
    });
}

function partsOf(text: string): Part[] {
  return text
    .split("**")
    .map((piece, index) => ({ text: piece, bold: index % 2 === 1 }))
    .filter((part) => part.text !== "");
}

/** Splits at the end of a sentence, but not inside bold words, after a short word such as "nr.", or after a number within a date. */
export function sentencesOf(text: string): string[] {
  const out: string[] = [];
  let current = "";
  const pieces = text.split(/(?<=[.!?]["”]?(?:\*\*)?)\s+/u);
  for (const [index, piece] of pieces.entries()) {
    current = current ? `${current} ${piece}` : piece;
    const open = (current.match(/\*\*/g)?.length ?? 0) % 2 === 1;
    const date = /\d\.$/u.test(current) && /^\p{Ll}/u.test(pieces[index + 1] ?? "");
    if (open || date || /\b(?:nr|no|kl|fx|tlf|stk)\.$/iu.test(current)) continue;
    out.push(current);
    current = "";
  }
  if (current) out.push(current);
  return out;
}

/** Reads a filled text: blank lines part paragraphs, a new line begins a new sentence; a line wholly in bold, or after "#", is a heading; "☐" makes a tick line. */
export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  for (const paragraph of text.split(/\n\s*\n/)) {
    let lines: string[] = [];
    const close = () => {
      const small = lines.length === 1 && /^\*[^*].*[^*]\*$/.test(lines[0] ?? "");
      const plain = small ? [(lines[0] ?? "").slice(1, -1)] : lines;
      if (plain.length > 0) blocks.push({ kind: small ? "small" : "paragraph", sentences: plain.flatMap(sentencesOf).map(partsOf) });
      lines = [];
    };
    for (const raw of paragraph.split("\n")) {
      const line = raw.replace(/^>\s?/, "").trim();
      if (!line) continue;
      const heading = /^#+\s+(.*)$/.exec(line)?.[1] ?? /^\*\*([^*]+)\*\*$/.exec(line)?.[1];
      if (heading !== undefined) {
        close();
        blocks.push({ kind: "heading", sentences: [[{ text: heading, bold: false }]] });
      } else if (/^[-*]?\s*[☐☒☑]/u.test(line)) {
        close();
        const ticks = line.split(/(?=[☐☒☑])/u).map((tick) => tick.trim()).filter((tick) => /[☐☒☑]\s*\S/u.test(tick));
        if (ticks.length > 0) blocks.push({ kind: "ticks", sentences: ticks.map(partsOf) });
      } else {
        lines.push(line);
      }
    }
    close();
  }
  return blocks;
}

/** Everything, as a voice reads it. */
export function spoken(blocks: Block[]): string[] {
  return blocks
    .flatMap((block) => block.sentences)
    .map((sentence) => sentence.map((part) => part.text).join("").replaceAll(/[☐☒☑_]+/gu, " ").trim())
    .filter((sentence) => sentence !== "");
}
