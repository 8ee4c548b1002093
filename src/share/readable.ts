// What a file says, as far as it can be shown in a sentence.

const READABLE = 120

/** A text cut to a readable length, without what cannot be shown. */
export function readable(text: string): string {
  const shown = text.slice(0, READABLE).replace(/\p{C}/gu, '\ufffd')
  return text.length > READABLE ? `${shown}…` : shown
}
