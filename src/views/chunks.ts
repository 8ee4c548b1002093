// Panels that are fetched together, since what they share is more than what they are apart. A new one needs none of these.

export const dock = () => import('./dock.ts')
export const iommu = () => import('./dock-iommu.ts')
export const tce = () => import('./dock-tce.ts')
export const boot = () => import('./dock-boot.ts')
export const studies = () => import('./studies.ts')
