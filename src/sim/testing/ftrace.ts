// The first ten records of an x86 machine's trace of its IOMMU: a network card with a deferred flush, Linux 6.12.

export const FIRST_TEN = `\
            ping-219     [000] b..1.    16.319173: map: IOMMU: iova=0x00000000ffffa000 - 0x00000000ffffb000 paddr=0x0000000001f5d000 size=4096
            ping-219     [000] D.h1.    16.319548: unmap: IOMMU: iova=0x00000000ffffa000 - 0x00000000ffffb000 size=4096 unmapped_size=4096
     rcu_preempt-18      [001] ..s1.    16.320487: unmap: IOMMU: iova=0x00000000ffff9000 - 0x00000000ffffa000 size=4096 unmapped_size=4096
     rcu_preempt-18      [001] ..s1.    16.320605: map: IOMMU: iova=0x00000000ffef7000 - 0x00000000ffef8000 paddr=0x00000000036c9000 size=4096
          <idle>-0       [001] d.s3.    16.333484: qi_submit: iotlb_inv dmar0: 0x300e2 0x0 0x0 0x0
            ping-219     [000] b..1.    16.370929: map: IOMMU: iova=0x00000000ffef9000 - 0x00000000ffefa000 paddr=0x0000000001f5d000 size=4096
            ping-219     [000] D.h1.    16.371127: unmap: IOMMU: iova=0x00000000ffef9000 - 0x00000000ffefa000 size=4096 unmapped_size=4096
          <idle>-0       [001] ..s1.    16.371733: unmap: IOMMU: iova=0x00000000ffff8000 - 0x00000000ffff9000 size=4096 unmapped_size=4096
          <idle>-0       [001] ..s1.    16.371787: map: IOMMU: iova=0x00000000ffff9000 - 0x00000000ffffa000 paddr=0x00000000036cd000 size=4096
          <idle>-0       [000] d.s3.    16.385476: qi_submit: iotlb_inv dmar0: 0x300e2 0x0 0x0 0x0`
