import { viewText } from '../../text/views.ts'
import * as chunks from '../chunks.ts'
import { defineView } from '../define.ts'

export const scaling = defineView({
  id: 'scaling',
  title: viewText.studies.scaling.title,
  tall: true,
  load: () => chunks.studies().then((m) => m.Scaling),
})
