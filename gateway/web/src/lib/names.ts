/** The last four characters of an opaque reference: enough to tell two lines apart on a page, no name. */
export function tagOf(citizen: string): string {
  return citizen.slice(-4);
}

/** "citizens/abc" -> "abc", for an address; the resource name from an address the other way round. */
export function idOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

export function citizenName(id: string): string {
  return `citizens/${id}`;
}
