import { viewText } from '../../text/views.ts'
import * as chunks from '../chunks.ts'
import { defineView, whole } from '../define.ts'

export const boot = defineView({
  id: 'boot',
  title: viewText.boot.title,
  asks: { boot: whole },
  tall: 'most',
  load: () => chunks.boot().then((m) => m.Boot),
})
