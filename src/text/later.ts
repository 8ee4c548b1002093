// What the page says of itself: a part that did not come or could not be drawn, an address that is not kept, a newer version.

export const laterText = {
  later: 'Later',
  told: 'Not every part of the page could be loaded',
  offlineWhy: 'The browser is offline. What is missing comes by itself when there is a connection.',
  missingWhy: 'What is there goes on. If asking again does not help, reloading fetches everything anew.',
  keeps: 'Reloading loses nothing: settings, changes and position are in the link.',
  keepsNotFile: (file: string) =>
    `Settings, changes and position are in the link; the file ${file} is not. Open it again after reloading.`,
  newer: 'There is a newer version of this page',
  newerWhy: 'This one goes on as it is, but parts that it has not loaded yet may be gone.',
  unkept: 'The address does not follow the run',
  unkeptWhy: 'The browser does not let this page change its address. Copy link still has what is shown:',
  uncopied: 'The link could not be copied',
  uncopiedWhy: 'The browser does not let this page write to the clipboard. Here it is:',
  fileless: 'Link copied, without the recording',
  filelessWhy: (file: string) => `Who opens it drops the file ${file} there, and it is shown as it is here.`,
  shownLink: 'Link to what is shown',
} as const
