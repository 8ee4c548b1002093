// What a term of the glossary is made of.

export interface Term {
  readonly term: string
  /** One sentence. */
  readonly says: string
  /** Symbols of the kernel, as GLOSSARY.md has them. */
  readonly kernel?: readonly string[]
  /** Id of one that shows it. */
  readonly preset: string
  /** Other words for it, which find it too. */
  readonly also?: string
}

export interface TermGroup {
  readonly id: string
  readonly title: string
  readonly terms: readonly Term[]
}
