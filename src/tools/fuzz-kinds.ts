// The kinds of fuzzing, each fetched when it is asked for.

import type { FuzzKind } from './fuzz-kind.ts'

export const KINDS: Readonly<Record<string, () => Promise<{ readonly kind: FuzzKind }>>> = {
  files: () => import('./fuzz-files.ts'),
  scenarios: () => import('./fuzz-scenarios.ts'),
  links: () => import('./fuzz-links.ts'),
}
