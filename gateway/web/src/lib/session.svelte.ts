/** A second person who signed in beside the first, for one statement. */
export interface SecondPerson {
  person: string;
  agency: string;
  agencyName: string;
}

/** Who is signed in, as the gateway says. Held in memory only; a reload asks again. */
export interface Session {
  signedIn: boolean;
  person: string;
  agency: string;
  agencyName: string;
  roles: string[];
  citizen: boolean;
  csrf: string;
  secondPerson: SecondPerson | null;
  expires: Date | null;
}

const nobody: Session = {
  signedIn: false,
  person: "",
  agency: "",
  agencyName: "",
  roles: [],
  citizen: false,
  csrf: "",
  secondPerson: null,
  expires: null,
};

let session = $state<Session>(nobody);
let state = $state<"loading" | "ready" | "failed">("loading");
let expired = $state(false);
let serverAhead = 0;

export const current = {
  get session(): Session {
    return session;
  },
  get state() {
    return state;
  },
  /** True once a call was refused because the session had ended: the page asks to sign in again and keeps what is on it. */
  get expired(): boolean {
    return expired;
  },
};

export function sessionEnded(): void {
  expired = true;
}

export function hasRole(...roles: string[]): boolean {
  return session.roles.some((role) => roles.includes(role.replace(/^ROLE_/, "")));
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

function parse(body: unknown): Session {
  if (typeof body !== "object" || body === null) return nobody;
  const raw = body as Record<string, unknown>;
  if (raw["signedIn"] !== true) return { ...nobody, csrf: text(raw["csrf"]) };
  const second = raw["secondPerson"];
  const expires = raw["expires"];
  return {
    signedIn: true,
    person: text(raw["person"]),
    agency: text(raw["agency"]),
    agencyName: text(raw["agencyName"]),
    roles: Array.isArray(raw["roles"]) ? raw["roles"].map(text) : [],
    citizen: raw["citizen"] === true || (Array.isArray(raw["roles"]) && raw["roles"].map(text).some((role) => role.endsWith("CITIZEN"))),
    csrf: text(raw["csrf"]),
    secondPerson:
      typeof second === "object" && second !== null
        ? {
            person: text((second as Record<string, unknown>)["person"]),
            agency: text((second as Record<string, unknown>)["agency"]),
            agencyName: text((second as Record<string, unknown>)["agencyName"]),
          }
        : typeof second === "string" && second !== ""
          ? { person: second, agency: "", agencyName: "" }
          : null,
    expires:
      typeof expires === "string" || typeof expires === "number"
        ? new Date(typeof expires === "number" && expires < 1e12 ? expires * 1000 : expires)
        : null,
  };
}

export async function loadSession(): Promise<void> {
  try {
    const response = await fetch("/session", { headers: { Accept: "application/json" }, cache: "no-store" });
    if (!response.ok) throw new Error(String(response.status));
    session = parse(await response.json());
    const date = Date.parse(response.headers.get("Date") ?? "");
    if (!Number.isNaN(date)) serverAhead = date - Date.now();
    expired = false;
    state = "ready";
  } catch {
    state = "failed";
  }
}

/** Now by the server's clock, a little in the past: a statement of presence must never seem to come from the future. */
export function now(): Date {
  return new Date(Date.now() + serverAhead - 2000);
}

async function post(path: string): Promise<Response | null> {
  try {
    const response = await fetch(path, { method: "POST", headers: { "X-CSRF-Token": session.csrf, Accept: "application/json" } });
    return response.ok || response.status === 401 ? response : null;
  } catch {
    return null;
  }
}

/** Ends the session and goes where the gateway says, so that the provider's own sign-in ends too. False: still signed in. */
export async function signOut(): Promise<boolean> {
  const response = await post("/logout");
  if (!response) return false;
  session = nobody;
  expired = false;
  const body = (await response.json().catch(() => null)) as { next?: unknown } | null;
  const next = text(body?.next);
  location.assign(next.startsWith("/") || next.startsWith("https://") ? next : "/");
  return true;
}

export async function clearSecondPerson(): Promise<void> {
  // Read to its end: an answer that nobody reads keeps its connection.
  await (await post("/second/clear"))?.text().catch(() => "");
  await loadSession();
}

/** Why a sign-in came to nothing, as the gateway put it in the address; it is taken out of the address at once. */
export function takeLoginError(): string {
  const reason = new URLSearchParams(location.search).get("loginError") ?? "";
  if (location.search) history.replaceState(null, "", location.pathname);
  return /^[A-Z_]{1,40}$/.test(reason) ? reason : "";
}

export function signIn(as: "staff" | "citizen", back: string): void {
  location.assign(`/login?as=${as}&return=${encodeURIComponent(back)}`);
}

export function signInSecond(back: string): void {
  location.assign(`/login?second=1&return=${encodeURIComponent(back)}`);
}
