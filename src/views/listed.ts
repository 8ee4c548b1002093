// What is said wherever figures are those of the entries that are listed and the window is larger.

import { bytes } from '../lib/format.ts'
import { type AddressSpace, listingOf } from '../sim/index.ts'
import { viewText } from '../text/views.ts'

type Sized = AddressSpace & { readonly size: number }

/** `256 GiB of 1 TiB listed`; empty where the whole window is. */
export function listedNote(space: Sized): string {
  const listing = listingOf(space)
  return listing ? viewText.listed(bytes(listing.listedBytes), bytes(listing.windowBytes)) : ''
}

/** The same as a sentence behind others, or empty. */
export function listedSentence(space: Sized): string {
  const listing = listingOf(space)
  return listing ? viewText.listedSentence(bytes(listing.listedBytes), bytes(listing.windowBytes)) : ''
}
