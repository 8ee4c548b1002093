// The words of all that is explained: the page's own, and what views say of themselves.

import { type Explained, explained } from '../text/explain.ts'
import * as views from '../views/says.ts'

export const words: Readonly<Record<Explained, string>> = Object.assign({}, explained.page, ...Object.values(views))
