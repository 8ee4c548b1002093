import { viewText } from '../../text/views.ts'
import * as chunks from '../chunks.ts'
import { defineView } from '../define.ts'

export const bounceStudy = defineView({
  id: 'bounce-study',
  title: viewText.studies.bounce.title,
  tall: true,
  load: () => chunks.studies().then((m) => m.BounceStudy),
})
