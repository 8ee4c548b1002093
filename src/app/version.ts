// Whether the server has another version than the one that is open: its page then names another main script.

const MAIN = /<script[^>]*\btype="module"[^>]*\bsrc="([^"]+)"/

const own = document.querySelector('script[type="module"][src]')?.getAttribute('src')

/** False also when nobody answers, or when what answers is no page of this kind. */
export async function isNewer(): Promise<boolean> {
  try {
    const answer = await fetch(location.pathname, { cache: 'no-cache' })
    const main = answer.ok ? MAIN.exec(await answer.text())?.[1] : undefined
    return own !== undefined && main !== undefined && main !== own
  } catch {
    return false
  }
}
