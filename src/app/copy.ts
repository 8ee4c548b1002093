import type { Lab } from '../store/state.ts'
import { text } from '../text/en.ts'

/** Puts the link to what is on the screen into the clipboard and says whether that worked. */
export async function copyLink(lab: Lab): Promise<boolean> {
  const url = new URL(lab.actions.link(), location.href)
  url.search = ''
  const copied = await copyText(url.href)
  lab.actions.announce(copied ? text.top.copied : text.top.copyFailed)
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
