// What everything on the page stands for, fetched when the page stands. Each is one sentence; views have two or three.

import { pageWords } from './explain-page.ts'
import { viewWords } from './explain-views.ts'

const words = { ...pageWords, ...viewWords } as const

/** What can be explained. */
export type Explained = keyof typeof words

export const explained = {
  words: words as Readonly<Record<Explained, string>>,
  keys: 'Arrow keys go on to the next caption of this view.',
} as const
