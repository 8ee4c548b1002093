import { viewText } from '../../text/views.ts'
import * as chunks from '../chunks.ts'
import { defineView, ofTable } from '../define.ts'

export const bounce = defineView({
  id: 'bounce',
  title: viewText.bounce.title,
  asks: { bounce: ofTable },
  tall: true,
  load: () => chunks.boot().then((m) => m.Bounce),
})
