import { FILE_PRESET } from '../sim/index.ts'
import type { Lab } from '../store/state.ts'
import { text } from '../text/en.ts'

/** The whole address of a link's fragment. */
export function linkOf(fragment: string): string {
  const url = new URL(fragment, location.href)
  url.search = ''
  return url.href
}

/** Puts the link to what is on the screen into the clipboard and says whether that worked. */
export async function copyLink(lab: Lab): Promise<boolean> {
  const copied = await copyText(linkOf(lab.actions.link()))
  const { recording, preset } = lab.getState().scenario
  const fileless = recording !== undefined && preset === FILE_PRESET
  if (!copied || fileless) lab.actions.showLink(copied ? 'fileless' : 'uncopied')
  // A card says the rest, to everybody.
  lab.actions.announce(copied ? (fileless ? '' : text.top.copied) : text.top.copyFailed)
  return copied
}

export async function copyText(words: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(words)
    return true
  } catch {
    return false
  }
}
