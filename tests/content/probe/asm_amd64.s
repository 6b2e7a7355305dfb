#include "textflag.h"

// func second(a []int64) int64
TEXT ·second(SB), NOSPLIT, $0-32
	MOVQ a_base+0(FP), AX
	MOVQ 8(AX), AX
	MOVQ AX, ret+24(FP)
	RET

// func hiddenThird() int64
TEXT ·hiddenThird(SB), NOSPLIT, $0-8
	MOVQ github·com∕gomerge∕rules_go_merge∕tests∕content∕hidden·table+16(SB), AX
	MOVQ AX, ret+0(FP)
	RET
