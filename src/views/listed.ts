// What is said wherever figures are those of the entries that are listed and the window is larger.

import { bytes } from '../lib/format.ts'
import { type AddressSpace, listingOf } from '../sim/index.ts'
import { viewText } from '../text/views.ts'

type Sized = AddressSpace & { readonly size: number }

/** `256 GiB of 1 TiB listed`, or `short` `256 GiB listed`; empty where the whole window is. */
export function listedNote(space: Sized, short = false): string {
  const listing = listingOf(space)
  if (!listing) return ''
  const listed = bytes(listing.listedBytes)
  return short ? viewText.listedShort(listed) : viewText.listed(listed, bytes(listing.windowBytes))
}

/** The same as a sentence behind others, or empty. */
export function listedSentence(space: Sized): string {
  const listing = listingOf(space)
  return listing ? viewText.listedSentence(bytes(listing.listedBytes), bytes(listing.windowBytes)) : ''
}
