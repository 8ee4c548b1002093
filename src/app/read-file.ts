// A person's file for the lab; of one that is no run, what the gallery's search knows of its lines.

import { readFile } from '../store/files.ts'

export const openable = (file: File) =>
  readFile(file, async (text) => (await import('./find-presets.ts')).explainedIn(text))
