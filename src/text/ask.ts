// What people ask for, of one preset.

export interface Asked {
  /** Words and phrases that find this preset before all others; no other preset has the same. */
  readonly first: readonly string[]
  /** Questions to which it is the answer. */
  readonly asks: readonly string[]
  /** Other words that lead here, symbols of the kernel among them. */
  readonly also?: string
}
