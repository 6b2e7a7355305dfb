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

// Symbols of no package.
DATA contentTable+0(SB)/8, $30
DATA contentTable+8(SB)/8, $1
GLOBL contentTable(SB), NOPTR, $16

TEXT contentStep(SB), NOSPLIT|NOFRAME, $0
	MOVQ contentTable+8(SB), AX
	ADDQ AX, contentTable+0(SB)
	RET

// func step() int64
TEXT ·step(SB), NOSPLIT, $0-8
	CALL contentStep(SB)
	MOVQ contentTable+0(SB), AX
	MOVQ AX, ret+0(FP)
	RET
