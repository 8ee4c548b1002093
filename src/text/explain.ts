// What everything on the page stands for, fetched when the page stands. Each is one sentence; views have two or three, which
// stand with them (views/*/says.ts).

import { pageWords } from './explain-page.ts'

/** Grows by a declaration beside the words of each view. */
// biome-ignore lint/suspicious/noEmptyInterface: it is filled where the words are
export interface SaidByViews {}

/** What can be explained. */
export type Explained = keyof typeof pageWords | keyof SaidByViews

export const explained = {
  page: pageWords,
  keys: 'Arrow keys go on to the next caption of this view.',
} as const
