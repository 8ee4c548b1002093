// Words that must be there when nothing else comes.

export const missingText = {
  part: 'This part',
  offline: (part: string) =>
    `${part}: not loaded, the browser is offline. It comes by itself when there is a connection.`,
  missing: (part: string) => `${part}: could not be loaded.`,
  missingAgain: 'Could not be loaded: try again',
  missingStill: (part: string) => `${part}: could still not be loaded. Reloading the page fetches everything anew.`,
  again: 'Try again',
  asking: 'Asking …',
  reload: 'Reload',
  pageBroken: 'The page could not be drawn',
  pageRest: 'The link in the address holds the run: reloading begins from it.',
} as const
