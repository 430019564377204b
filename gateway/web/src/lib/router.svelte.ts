/** Pages by path. Nothing about a person stands in an address but the agency's own opaque reference. */
let path = $state(location.pathname);
let moves = $state(0);

addEventListener("popstate", () => {
  path = location.pathname;
  moves++;
});

export const route = {
  get path(): string {
    return path;
  },
  /** Grows with every move, so that a page can tell a move from its first showing. */
  get moves(): number {
    return moves;
  },
};

export function go(next: string, replace = false): void {
  if (next !== location.pathname) {
    if (replace) history.replaceState(null, "", next);
    else history.pushState(null, "", next);
  }
  path = location.pathname;
  moves++;
  scrollTo(0, 0);
}

/** Follows links inside the pages without loading them anew; leaves every other click to the browser. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element | null)?.closest("a");
  const href = link?.getAttribute("href");
  if (!link || !href || !href.startsWith("/") || link.target || link.hasAttribute("download")) return;
  event.preventDefault();
  go(href);
}

/** How a part of an address may look, by the name that pages give it. Every other part is an opaque reference. */
const shapes: Record<string, RegExp> = { house: /^[a-z0-9-]{1,40}$/, unit: /^[1-9][0-9]?-[1-9][0-9]?$/ };
const reference = /^[a-z2-7]{26}$/;

/** Matches "/borger/:citizen/samtykke" against a path; null if it does not match. */
export function match(pattern: string, actual: string): Record<string, string> | null {
  const wanted = pattern.split("/");
  const given = actual.replace(/\/$/, "").split("/");
  if (wanted.length !== given.length) return null;
  const found: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? "";
    if (part.startsWith(":")) {
      const name = part.slice(1);
      if (!(shapes[name] ?? reference).test(value)) return null;
      found[name] = value;
    } else if (part !== value) {
      return null;
    }
  }
  return found;
}
