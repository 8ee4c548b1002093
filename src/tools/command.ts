// What every command of the tools does alike: it says what is wrong with it and exits with 2, and it ends when nobody
// reads what it prints.

/** Ends the command: what is wrong with it, and how it is used. */
export function refuser(usage: string): (message: string) => never {
  return (message) => {
    console.error(usage === '' ? message : `${message}\n\n${usage}`)
    process.exit(2)
  }
}

/** From now on a reader that closes the output (`| head -1`) ends the command with a sentence and code 1. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    console.error('what reads the output has closed it')
    process.exit(1)
  })
  // Nobody can be told that nobody listens.
  process.stderr.on('error', () => process.exit(1))
}

/** The text of an option that counts, as a whole number from 0 on; null when it is none. */
export function wholeNumber(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null
}
