// Words that must be there when nothing else comes.

export const missingText = {
  offline: 'Not loaded: the browser is offline. It comes by itself when there is a connection.',
  missing: 'This part could not be loaded.',
  missingStill: 'This part could still not be loaded. Reloading the page fetches everything anew.',
  again: 'Try again',
  asking: 'Asking …',
  reload: 'Reload',
  pageBroken: 'The page could not be drawn',
  pageRest: 'The link in the address holds the run: reloading begins from it.',
} as const
