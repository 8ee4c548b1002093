// The version of the link format and the way up from every older one. A new optional key or registry entry needs
// no new version; a key that changes its meaning does.

/** A link as its raw `key=value` pairs, in order, percent-decoded. */
export type RawLink = readonly (readonly [key: string, value: string])[]

/** Rewrites a link of version n as one of version n+1. Imports nothing: it must keep meaning what it meant. */
export type Upgrade = (link: RawLink) => RawLink

export const LINK_VERSION = 1

/** `upgrades[i]` leads from version i+1 to version i+2. */
const upgrades: readonly Upgrade[] = []

/** Throws RangeError unless there is a way from every version below `version` up to it, and nothing more. */
export function checkComplete(version: number, table: readonly Upgrade[]): void {
  if (table.length !== version - 1) throw new RangeError(`link version ${version} has ${table.length} upgrades`)
}
checkComplete(LINK_VERSION, upgrades)

/** The link as one of version `table.length + 1`; `from` is its own version, 1 … table.length + 1. */
export function upgradeLink(link: RawLink, from: number, table: readonly Upgrade[] = upgrades): RawLink {
  return table.slice(from - 1).reduce((raw, upgrade) => upgrade(raw), link)
}
