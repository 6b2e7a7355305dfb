#include "textflag.h"

// func second(a []int64) int64
TEXT ·second(SB), NOSPLIT, $0-32
	MOVD a_base+0(FP), R0
	MOVD 8(R0), R0
	MOVD R0, ret+24(FP)
	RET

// func hiddenThird() int64
TEXT ·hiddenThird(SB), NOSPLIT, $0-8
	MOVD github·com∕gomerge∕rules_go_merge∕tests∕content∕hidden·table+16(SB), R0
	MOVD R0, ret+0(FP)
	RET
