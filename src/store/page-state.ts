// What belongs to the page, whichever of its sessions it shows.

/** What is open over the lab. */
export type Over =
  /** `first`: as the first page of a new visitor. */
  | { readonly kind: 'gallery'; readonly query: string; readonly first: boolean }
  | { readonly kind: 'help'; readonly term: string | null }

export type Theme = 'system' | 'dark' | 'light'

export interface PageState {
  readonly theme: Theme
  /** Opened over the lab, which goes on below it; null: nothing is. */
  readonly over: Over | null
  /** Why the link is shown: the address does not follow the run, or the link could not be copied, or was without the
   *  recording that it shows; null: it is not. */
  readonly linkShown: 'unkept' | 'uncopied' | 'fileless' | null
  /** Columns of cells in a map row; set by the layout (128 wide, 64 on a phone). */
  readonly mapColumns: number
  /** Rows that the map's box has room for. */
  readonly mapMaxRows: number
  /** A short note for the status line and screen readers, for example what a rebuild did. */
  readonly announcement: string
}

export interface PageActions {
  setTheme(theme: Theme): void
  /** The presets, or those that `query` finds. */
  openGallery(query?: string): void
  /** The first page of a new visitor. */
  welcome(): void
  /** Keys and terms; with a term, at that. */
  openHelp(term?: string): void
  /** Closes what is open over the lab. */
  closeOver(): void
  /** The map's shape in cells, from the layout. */
  setMapColumns(columns: number, maxRows?: number): void
  /** Words for the status line and screen readers. */
  announce(words: string): void
  showLink(why: PageState['linkShown']): void
}

/** The page before anything was opened. */
export const initialPage = (theme: Theme): PageState => ({
  theme,
  over: null,
  linkShown: null,
  mapColumns: 128,
  mapMaxRows: 70,
  announcement: '',
})
