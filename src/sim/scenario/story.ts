// What the story of a preset is made of.

export interface Story {
  /** One sentence or a few: what is happening, with the preset's own values. */
  readonly says: string
  /** One sentence: what to try; what stands in brackets is what the preset's nudge does. */
  readonly tryThis: string
  /** What is happening once that is done: without figures, since it may be done at any moment. */
  readonly done: string
}
