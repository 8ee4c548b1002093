// Where the keyboard is when what had the focus goes.

import { useEffect } from 'react'

/** What closes gives the focus back to what opened it; when that is gone too, or something was `chosen`, to the page, whose
 *  keys go on. */
export function useFocusBack(chosen?: { readonly current: boolean }): void {
  useEffect(() => {
    const opener = document.activeElement
    return () => {
      // Whoever has moved on keeps the focus.
      if (document.activeElement !== document.body && document.activeElement !== null) return
      const isLeft = chosen?.current ?? false
      const back =
        !isLeft && opener instanceof HTMLElement && opener !== document.body && opener.isConnected ? opener : null
      ;(back ?? document.getElementById('map'))?.focus({ preventScroll: true })
    }
  }, [chosen])
}
