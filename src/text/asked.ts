// What people ask, by the preset that answers it: data for the search, fetched with the gallery.

import type { Asked } from './ask.ts'
import { askedBoot } from './asked-boot.ts'
import { askedIotlb } from './asked-iotlb.ts'
import { askedIova } from './asked-iova.ts'
import { askedPower } from './asked-power.ts'
import { askedTce } from './asked-tce.ts'

/** By preset: each of them. */
export const asked: Readonly<Record<string, Asked>> = {
  ...askedTce,
  ...askedIova,
  ...askedIotlb,
  ...askedPower,
  ...askedBoot,
}

/** Words that say nothing of what is looked for. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  `a about after again all also am an and any anything are as at be been being but by can could did do does doing done each
  else ever every exactly explain find for from get gets getting give given gives go goes got had has have having help hey hi
  how i if in instead into is it its just know let like look make makes many me mean means might more most much must my need
  nor not of often on one only or our out over own please problem really same see shall she should show so some someone
  something still such tell than that the their them then there these they thing this those through to too under up us
  use used using very want wants was way we well were what when where whether which while who whom whose why will with
  would another other others happen happens yes you your`.split(/\s+/),
)
